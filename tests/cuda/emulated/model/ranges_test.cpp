// SPDX-License-Identifier: MIT
// What a profiler would see of a forward pass, and what users read when tensors no longer fit.
#include <nvtx3/nvToolsExt.h>

#include <algorithm>

#include "lsk3d/autograd/tape.h"
#include "machine.h"
#include "models/golden_model.h"
#include "parity.h"
#include "support/expect_throw.h"
#include "support/golden.h"

namespace lsk3d::cuda_test {
namespace {

TEST(CudaProfile, RangesNameTheStagesAndEnd) {
  const testing_support::GoldenModel golden(
      testing_support::golden_path("syn_k5_h8/model.safetensors"));
  const auto model = golden.model();
  model->to(Device::cuda(0));
  model->train(false);
  cuda_emulation::range_log() = {};
  model->forward(golden.batch, model->build_pyramid(golden.batch));
  const auto& log = cuda_emulation::range_log();
  EXPECT_EQ(log.depth, 0);
  for (const char* name : {"forward", "upload", "point encoder", "block", "head"})
    EXPECT_NE(std::find(log.names.begin(), log.names.end(), name), log.names.end()) << name;
}

TEST(CudaMachine, ATensorThatDoesNotFitSaysWhatLowersIt) {
  cuda::empty_cache();
  cuda_emulation::set_machine(
      {.memory = cuda_emulation::allocated_bytes() + (std::size_t{16} << 20)});
  LSK3D_EXPECT_THROW(Tensor::empty({8 << 20}, DType::f32, Device::cuda(0)), DeviceError,
                     "asked for 32 MiB", "lower train.batch_size");
  cuda_emulation::set_machine({});
}

TEST(CudaMachine, AutoTakesTheCpuWhereThereIsNoGpu) {
  cuda_emulation::set_machine({.driver_version = 0});
  EXPECT_EQ(parse_device("auto"), Device::cpu());
  cuda_emulation::set_machine({});
}

TEST(CudaMachine, TensorsMoveBetweenTwoGpus) {
  cuda_emulation::set_machine({.devices = 2});
  const Tensor host = testing_support::random_tensor({5, 3}, 1);
  const Tensor second = host.to(Device::cuda(0)).to(Device::cuda(1));
  EXPECT_EQ(second.device(), Device::cuda(1));
  EXPECT_TRUE(testing_support::same_bits(second.to(Device::cpu()), host));
  const Tensor first = host.to(Device::cuda(0));  // and back on the first, as all other tests expect
  cuda_emulation::set_machine({});
}

}  // namespace
}  // namespace lsk3d::cuda_test
