// SPDX-License-Identifier: MIT
// The whole network against what the authors' code computes, with the tolerances of the CPU.
#include "models/golden_check.h"
#include "parity.h"
#include "support/golden.h"

namespace lsk3d::cuda_test {
namespace {

TEST(CudaModel, EqualsTheGoldenWithTheCpusTolerances) {
  const std::string path = testing_support::golden_path("syn_k5_h8/model.safetensors");
  for (const auto& check : testing_support::check_golden(path, Device::cuda(0)))
    EXPECT_TRUE(check.ok()) << check.what << ": error " << check.error << ", tolerance "
                            << check.tolerance;
}

}  // namespace
}  // namespace lsk3d::cuda_test
