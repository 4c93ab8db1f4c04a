// SPDX-License-Identifier: MIT
// Training with SDS and CWS, and what export makes of it, by commands alone.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliExport : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_export");
    write_tiny_dataset(at("data"), {{0, 3}, {8, 1}});
    trained_ = lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                      at("run"), "--threads", "1", "--set", "cws.enabled=true", "--set",
                      "sds.granularity=offset", "--set", "cws.steps=2"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(trained_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string model() { return at("run/last.safetensors"); }
  static std::string scan() { return at("data/sequences/08/velodyne/000000.bin"); }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult trained_;
};
std::unique_ptr<ScratchFolder> CliExport::folder_;
ProcessResult CliExport::trained_;

TEST_F(CliExport, TrainingTellsOfItsCuts) {
  EXPECT_TRUE(contains(trained_.err, "CWS cut the network to 8 channels")) << trained_.err;
}

TEST_F(CliExport, AnExportedModelIsSmallerAndPredictsTheSame) {
  const ProcessResult exported =
      lsk3d({"export", "--checkpoint", model(), "--out", at("e.safetensors")});
  ASSERT_TRUE(ok(exported));
  EXPECT_TRUE(contains(exported.out, "8 channels"));
  EXPECT_LT(fs::file_size(at("e.safetensors")), fs::file_size(model()));
  for (const auto& [file, label] :
       {std::pair(model(), at("a.label")), {at("e.safetensors"), at("b.label")}})
    ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", file, "--input", scan(), "--output", label})));
  const std::string a = read_bytes(at("a.label")), b = read_bytes(at("b.label"));
  ASSERT_EQ(a.size(), b.size());
  int differ = 0;  // folding rounds anew, which may turn a tie
  for (std::size_t i = 0; i < a.size(); i += 4) differ += a.compare(i, 4, b, i, 4) != 0;
  EXPECT_LE(differ, 1);
  EXPECT_TRUE(ok(lsk3d({"eval", "--checkpoint", at("e.safetensors"), "--data", at("data")})));
}

TEST_F(CliExport, InspectTellsHowItIsStored) {
  ASSERT_TRUE(ok(
      lsk3d({"export", "--checkpoint", model(), "--out", at("s.safetensors"), "--dtype", "bf16"})));
  const ProcessResult seen = lsk3d({"inspect", at("s.safetensors"), "--json"});
  ASSERT_TRUE(ok(seen));
  const auto json = nlohmann::json::parse(seen.out);
  EXPECT_EQ(json.at("stored").at("packing"), "offset");
  EXPECT_EQ(json.at("stored").at("dtype"), "bf16");
  EXPECT_EQ(json.at("model").at("channels"), 8);
  EXPECT_NEAR(json.at("sparse_layers").at("sparsity").get<double>(), 0.4, 0.05);
}

TEST_F(CliExport, WrongUseIsExplained) {
  EXPECT_TRUE(fails(
      lsk3d({"export", "--checkpoint", model(), "--out", at("x.safetensors"), "--dtype", "f16"}), 2,
      {"--dtype", "f32 or bf16", "f16"}));
  EXPECT_TRUE(fails(lsk3d({"export", "--checkpoint", model(), "--out", model()}), 2, {"--out"}));
  EXPECT_TRUE(
      fails(lsk3d({"export", "--checkpoint", at("none.safetensors"), "--out", at("x.safetensors")}),
            3, {"none.safetensors"}));
  EXPECT_TRUE(fails(lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                           at("y"), "--set", "cws.width_factor=0.5"}),
                    2, {"cws.width_factor", "from 1 to 8", "0.5"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
