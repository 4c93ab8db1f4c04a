// SPDX-License-Identifier: MIT
// What users read where a GPU is missing, too old or too small.
#include "machine.h"

#include "conv_halo.h"
#include "device/blas.h"
#include "lsk3d/core/error.h"
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

template <typename F>
void expect_device_error(const cuda_emulation::Machine& machine, F f, std::vector<std::string> parts) {
  cuda::empty_cache();
  cuda_emulation::set_machine(machine);
  std::string message;
  try {
    f();
  } catch (const DeviceError& e) {
    message = e.what();
    EXPECT_EQ(e.exit_code(), 4);
  }
  cuda_emulation::set_machine({});
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

const auto select_first = [] { cuda::examine_device(0); };

TEST(CudaMachine, WithoutAGpuSaysSo) {
  expect_device_error({.devices = 0}, select_first, {"cuda:0", "no GPU", "--device cpu"});
}

TEST(CudaMachine, WithOtherGpusSaysHowMany) {
  expect_device_error({.devices = 2}, [] { cuda_kernels(Device::cuda(7)); }, {"cuda:7", "2 GPUs"});
  expect_device_error({.devices = 2}, [] { cuda_kernels(Device::cuda(-1)); }, {"cuda:-1"});
}

TEST(CudaMachine, WithAnOldDriverNamesBothVersions) {
  expect_device_error({.driver_version = 11080, .runtime_version = 13000}, select_first,
                      {"13.0", "11.8", "install an NVIDIA driver"});
  expect_device_error({.driver_version = 0}, select_first, {"found none"});
}

TEST(CudaMachine, OfAnotherArchitectureSaysHowToBuildForIt) {
  expect_device_error({.has_image = false}, select_first, {"architecture 90", "--arch 90"});
}

TEST(CudaMachine, WithoutBfloat16OrRoomForATileSaysSo) {
  const auto ask = [] { cuda::halo_tiles(); };
  expect_device_error({.architecture = 7}, ask, {"bfloat16", "architecture 7x", "--precision f32"});
  expect_device_error({.shared_memory = 99 << 10}, ask, {"144 KiB of shared memory", "found 99"});
}

TEST(CudaMachine, OutOfMemorySaysWhatWasAskedAndWhatLowersIt) {
  expect_device_error({.memory = std::size_t{16} << 20},
                      [] { cuda::Buffer<float> buffer(std::int64_t{8} << 20); },
                      {"out of GPU memory", "asked for 32 MiB", "of 16 MiB free", "batch_size"});
}

TEST(CudaMachine, OutOfMemoryFirstGivesUpWhatIsCached) {
  cuda::empty_cache();
  cuda_emulation::set_machine({.memory = std::size_t{16} << 20});
  { const cuda::Buffer<float> cached(std::int64_t{3} << 20); }
  EXPECT_NO_THROW(cuda::Buffer<float>(std::int64_t{2} << 20));
  cuda_emulation::set_machine({});
  cuda::empty_cache();
}

TEST(CudaMachine, LinearLayersTakeCublasLtWhereItIsWanted) {
  OnGpu x(Tensor::full({5, 4}, 1.0)), weight(Tensor::full({3, 4}, 2.0)), y(Tensor::zeros({5, 3}));
  const auto products_of = [&](bool wanted) {
    cuda::set_uses_blas(wanted);
    const int before = cuda_emulation::blas_products();
    gpu_kernels().linear.forward({DType::f32, x.data(), weight.data(), nullptr, y.data(), 5, 4, 3});
    gpu_kernels().linear.backward({DType::f32, x.data(), weight.data(), y.data(), x.data(), nullptr,
                                   nullptr, std::int64_t{5}, 4, 3});
    cuda::set_uses_blas(false);
    return cuda_emulation::blas_products() - before;
  };
  EXPECT_EQ(products_of(true), 2);
  EXPECT_EQ(products_of(false), 0);
}

}  // namespace
}  // namespace lsk3d::cuda_test
