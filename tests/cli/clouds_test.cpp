// SPDX-License-Identifier: MIT
// Clouds that do not say what they are: options tell predict and eval how to read them.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/expect.h"
#include "cli/process.h"
#include "lsk3d/io/ply.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliClouds : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_clouds");
    write_tiny_dataset(at("data"), {{0, 2}, {8, 2}}, 300);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                   at("run"), "--set", "train.epochs=1", "--quiet"});
    // The same scans with a fifth column.
    fs::copy(at("data"), at("five"), fs::copy_options::recursive);
    for (const auto& item : fs::directory_iterator(at("five/sequences/08/velodyne"))) {
      const std::string path = item.path().string(), four = read_bytes(path);
      std::string rows;
      for (std::size_t i = 0; i < four.size(); i += 16) rows += four.substr(i, 16) + "ring";
      write_text(path, rows);
    }
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static ProcessResult with_model(const char* verb, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{verb, "--checkpoint", at("run/last.safetensors"), "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
};
std::unique_ptr<ScratchFolder> CliClouds::folder_;
ProcessResult CliClouds::made_;

TEST_F(CliClouds, ColumnsAreReadAsToldByPredictAndEval) {
  const std::string scan = "/sequences/08/velodyne/000000.bin";
  ASSERT_TRUE(ok(with_model("predict", {"--input", at("data") + scan, "--output", at("4.label")})));
  ASSERT_TRUE(ok(with_model(
      "predict", {"--input", at("five") + scan, "--output", at("5.label"), "--columns", "5"})));
  EXPECT_EQ(read_bytes(at("5.label")), read_bytes(at("4.label")));
  ASSERT_TRUE(ok(with_model("predict", {"--data", at("five"), "--split", "valid", "--out",
                                        at("out"), "--columns", "5"})));
  EXPECT_EQ(read_bytes(at("out/sequences/08/predictions/000000.label")), read_bytes(at("4.label")));
  ASSERT_TRUE(ok(with_model("eval", {"--data", at("data"), "--report", at("4.json")})));
  ASSERT_TRUE(
      ok(with_model("eval", {"--data", at("five"), "--report", at("5.json"), "--columns", "5"})));
  EXPECT_EQ(nlohmann::json::parse(read_bytes(at("4.json"))).at("confusion"),
            nlohmann::json::parse(read_bytes(at("5.json"))).at("confusion"));
  EXPECT_TRUE(fails(with_model("predict", {"--input", at("five") + scan, "--output", at("x.label"),
                                           "--columns", "two"}),
                    2, {"--columns"}));
}

TEST_F(CliClouds, ColouredCloudsStandWhereTheScanStands) {
  const std::string scan = at("data/sequences/08/velodyne/000000.bin");
  ASSERT_TRUE(ok(with_model(
      "predict", {"--input", scan, "--output", at("raised.ply"), "--sensor-height", "2.5"})));
  const PointTable table = read_ply(at("raised.ply"));
  const std::string points = read_bytes(scan);
  ASSERT_EQ(table.points(), 300);
  for (std::int64_t i = 0; i < 300; ++i) {
    float z = 0;
    std::memcpy(&z, points.data() + 16 * i + 8, 4);
    EXPECT_NEAR(table.at(i, table.column("z")), z, 1e-5);
  }
}

TEST_F(CliClouds, StoredPredictionsAreJudgedByLabelsInsideClouds) {
  const std::string text =
      "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
      "property float z\nproperty float intensity\nproperty int label\nend_header\n"
      "1 2 -1 0.5 40\n3 4 -1 0.5 40\n30 4 -1 0.5 10\n";
  write_text(at("inside/sequences/08/velodyne/000000.ply"), text);
  const std::uint32_t ids[] = {40, 10, 10};
  write_bytes(at("guess/sequences/08/predictions/000000.label"), ids, 12);
  ASSERT_TRUE(ok(lsk3d({"eval", "--predictions", at("guess"), "--data", at("inside"), "--report",
                        at("inside.json"), "--by-distance", "--quiet"})));
  const auto json = nlohmann::json::parse(read_bytes(at("inside.json")));
  EXPECT_EQ(json.at("points"), 3);
  EXPECT_EQ(json.at("iou").at("road"), 0.5);
  EXPECT_EQ(json.at("by_distance")[3].at("points"), 1);
  write_bytes(at("guess/sequences/08/predictions/000000.label"), ids, 8);
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--predictions", at("guess"), "--data", at("inside"), "--quiet"}), 3,
            {"000000.label", "3", "2"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
