// SPDX-License-Identifier: MIT
// What `bench` reports, apart from times.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

class CliBench : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_bench");
    made_ = lsk3d({"synth", "--out", *folder_ / "data", "--sequences", "00:1", "--beams", "16",
                   "--columns", "360"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static ProcessResult bench(const std::string& subject, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{
        "bench",  subject, "--scan", *folder_ / "data/sequences/00/velodyne/000000.bin",
        "--runs", "1",     "--json", report()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }
  static std::string report() { return *folder_ / "report.json"; }

  /// FLOP that each row's case does, over those of the dense one.
  static std::map<std::string, double> shares_of_work(const std::string& subject,
                                                      const std::vector<std::string>& more) {
    EXPECT_TRUE(ok(bench(subject, more)));
    const auto rows = nlohmann::json::parse(read_bytes(report())).at("rows");
    const auto work = [](const nlohmann::json& row) {
      return row.at("gflops").get<double>() * row.at("median_ms").get<double>();
    };
    std::map<std::string, double> shares;
    for (const auto& row : rows)
      shares[row.at("case").get<std::string>()] = work(row) / work(rows[0]);
    return shares;
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
};
std::unique_ptr<ScratchFolder> CliBench::folder_;
ProcessResult CliBench::made_;

TEST_F(CliBench, JsonHasTheFieldsOfTheTable) {
  ASSERT_TRUE(ok(bench("conv", {"--kernel", "3", "--channels", "16"})));
  const auto json = nlohmann::json::parse(read_bytes(report()));
  EXPECT_TRUE(json.at("machine").is_object());
  ASSERT_EQ(json.at("rows").size(), 3u);
  for (const char* key : {"case", "kernel", "channels", "scale", "precision", "op", "median_ms",
                          "min_ms", "max_ms", "gflops", "ceiling_gflops", "fraction", "peak_mb"})
    EXPECT_TRUE(json["rows"][0].contains(key)) << key;
}

TEST_F(CliBench, PrunedConvsDoLessWorkAndLessStillByCost) {
  const std::vector<std::string> pruned{"--op",          "forward",     "--kernel",   "5",
                                        "--channels",    "32",          "--sparsity", "0.4",
                                        "--granularity", "offset,block"};
  const auto shares = shares_of_work("conv", pruned);
  ASSERT_EQ(shares.size(), 5u);
  for (const std::string name : {"conv 40 % offset", "conv 40 % block"}) {
    EXPECT_NEAR(shares.at(name), 0.6, 0.2) << name;  // six in ten, but the centre is much of it
    EXPECT_LT(shares.at(name + " per pair"), shares.at(name) - 0.03) << name;
    EXPECT_GT(shares.at(name + " per pair"), 0.1) << name;
  }
}

TEST_F(CliBench, OnlyOffsetsAndBlocksGoByTheirCost) {
  const auto shares =
      shares_of_work("conv", {"--op", "forward", "--kernel", "3", "--channels", "16", "--sparsity",
                              "0.4", "--granularity", "offset,element", "--cost-exponent", "2"});
  ASSERT_EQ(shares.size(), 3u);
  EXPECT_TRUE(shares.contains("conv 40 % offset per pair^2"));
  EXPECT_TRUE(shares.contains("conv 40 % element"));
}

TEST_F(CliBench, PrunedNetworksAreTimedBesideTheDenseOne) {
  const auto shares = shares_of_work(
      "infer", {"--kernel", "3", "--channels", "16", "--sparsity", "0.4", "--cost-exponent", "1"});
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_LT(shares.at("40 % offset per pair"), 0.8);
}

TEST_F(CliBench, WrongUseIsNamed) {
  EXPECT_TRUE(fails(bench("convs", {}), 2, {"'convs'"}));
  EXPECT_TRUE(fails(bench("conv", {"--cost-exponent", "3"}), 2, {"--cost-exponent", "0 to 2"}));
  EXPECT_TRUE(fails(bench("conv", {"--sparsity", "1"}), 2, {"--sparsity"}));
  EXPECT_TRUE(fails(bench("conv", {"--op", "back"}), 2, {"--op", "'back'"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
