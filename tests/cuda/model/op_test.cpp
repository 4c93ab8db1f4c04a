// SPDX-License-Identifier: MIT
// What holds for every differentiable op, on the GPU.
#include "lsk3d/autograd/gradient_check.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/ops/precision.h"
#include "ops/op_cases.h"
#include "parity.h"
#include "support/expect_throw.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::distance;
using testing_support::op_cases;
using testing_support::OpCase;
using testing_support::random_tensor;
using testing_support::same_bits;

const Device kGpu = Device::cuda(0);

/// The output, then the gradient of each input, for a random gradient of the output; in host
/// memory.
std::vector<Tensor> run(const OpCase& c, DType dtype, Device device) {
  std::vector<Variable> inputs;
  for (const Tensor& t : c.inputs) inputs.emplace_back(t.to(dtype).to(device), true);
  Tape tape;
  const Variable y = c.run(inputs);
  tape.backward(y, random_tensor(y.shape(), 99, dtype).to(device));
  std::vector<Tensor> results{y.value().to(Device::cpu())};
  for (const Variable& input : inputs) results.push_back(input.grad().to(Device::cpu()));
  return results;
}

TEST(EveryOpOnTheGpu, EqualsTheCpuAndItselfBitForBit) {
  const auto host = op_cases(150, 5), there = op_cases(150, 5, kGpu);
  for (std::size_t c = 0; c < host.size(); ++c)
    for (const DType dtype : {DType::f32, DType::f64}) {
      const auto wanted = run(host[c], dtype, Device::cpu()), found = run(there[c], dtype, kGpu);
      reverse_order(true);
      const auto again = run(there[c], dtype, kGpu);
      reverse_order(false);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        EXPECT_LE(distance(found[i], wanted[i]),
                  dtype == DType::f32 ? host[c].f32_tolerance : 1e-13)
            << host[c].name << ", " << to_string(dtype) << ", " << i;
        EXPECT_TRUE(same_bits(found[i], again[i])) << host[c].name << ", result " << i;
      }
    }
}

TEST(EveryOpOnTheGpu, HasTheGradientThatDifferencesShow) {
  for (const OpCase& c : op_cases(8, 2, kGpu)) {
    std::vector<Tensor> inputs;
    for (const Tensor& t : c.inputs) inputs.push_back(t.to(kGpu));
    const GradientCheck check = check_gradients(c.run, inputs);
    EXPECT_TRUE(check.ok) << c.name << ": " << check.message;
  }
}

TEST(EveryOpOnTheGpu, RefusesToMixDevicesAndNamesBoth) {
  const auto there = op_cases(12, 3, kGpu);
  for (const OpCase& c : there) {
    if (c.inputs.size() < 2) continue;
    std::vector<Variable> inputs;  // all but the first stay behind
    for (const Tensor& t : c.inputs)
      inputs.emplace_back(inputs.empty() ? t.to(DType::f32).to(kGpu) : t.to(DType::f32));
    SCOPED_TRACE(c.name);
    LSK3D_EXPECT_THROW(c.run(inputs), UsageError, "cuda:0", "on cpu");
  }
  // Topology on one device, features on the other.
  for (const OpCase& c : op_cases(12, 3)) {
    if (!c.name.starts_with("sparse_conv") && c.name.find("gather") == std::string::npos) continue;
    std::vector<Variable> inputs;
    for (const Tensor& t : c.inputs) inputs.emplace_back(t.to(DType::f32).to(kGpu));
    SCOPED_TRACE(c.name);
    LSK3D_EXPECT_THROW(c.run(inputs), UsageError, "cuda:0", "on cpu");
  }
}

TEST(EveryOpOnTheGpu, ConvsComputeInBf16WhereAsked) {
  const PrecisionScope precision(Precision::bf16);
  const auto host = testing_support::conv_cases(200);
  const auto there = testing_support::conv_cases(200, kGpu);
  for (std::size_t c = 0; c < host.size(); ++c) {
    if (!host[c].name.starts_with("sparse_conv")) continue;  // the other convs are in f32 always
    // The CPU reads whole offsets here and relies on pruned blocks to be zero, which those are not.
    if (host[c].name == "sparse_conv of some blocks") continue;
    const Tensor wanted = run(host[c], DType::f32, Device::cpu())[0];
    const std::vector<Tensor> found = run(there[c], DType::f32, kGpu);
    EXPECT_LE(distance(found[0], wanted), 1e-5) << host[c].name;
    std::vector<Tensor> in_f32;
    {
      const PrecisionScope full(Precision::f32);
      in_f32 = run(there[c], DType::f32, kGpu);
    }
    for (const std::size_t i : {0, 1}) {  // output and input gradient
      EXPECT_GT(distance(found[i], in_f32[i]), 1e-4) << host[c].name << ": not computed in bf16";
      EXPECT_LE(distance(found[i], in_f32[i]), 2e-2) << host[c].name;
    }
    EXPECT_TRUE(same_bits(found[2], in_f32[2])) << host[c].name << ": weight gradients are f32";
  }
}

}  // namespace
}  // namespace lsk3d::cuda_test
