// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "models/golden_check.h"
#include "support/golden.h"

namespace lsk3d::testing_support {
namespace {

void expect_golden(const std::string& path) {
  for (const GoldenCheck& c : check_golden(path))
    EXPECT_LE(c.error, c.tolerance) << path << ": " << c.what;
}

TEST(Golden, SimulatedScanK5) { expect_golden(golden_path("syn_k5_h8/model.safetensors")); }

class GoldenOfRealScans : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenOfRealScans, Matches) {
  LSK3D_REQUIRE_SHARED(shared);
  expect_golden(shared + "/goldens/" + GetParam() + "/model.safetensors");
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenOfRealScans, ::testing::Values("k3_h8", "k5_h16", "k9_h8"));

}  // namespace
}  // namespace lsk3d::testing_support
