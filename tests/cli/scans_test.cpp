// SPDX-License-Identifier: MIT
// Scans as they come: cut off, empty, with holes, of one point, far away.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>

#include "cli/expect.h"
#include "cli/process.h"
#include "lsk3d/core/rng.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

class CliScans : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_scans");
    write_tiny_dataset(at("data"), {{0, 1}, {8, 1}}, 200);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                   at("run"), "--set", "train.epochs=1", "--quiet"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }

  static ProcessResult predict(const std::vector<float>& points,
                               const std::vector<std::string>& more = {}) {
    write_bytes(at("scan.bin"), points.data(), points.size() * sizeof(float));
    return predict_file(at("scan.bin"), more);
  }
  static ProcessResult predict_file(const std::string& path,
                                    const std::vector<std::string>& more = {}) {
    std::filesystem::remove(at("out.label"));
    std::vector<std::string> arguments{"predict",       "--checkpoint", at("run/last.safetensors"),
                                       "--input",       path,           "--output",
                                       at("out.label"), "--log-level",  "error"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }
  static std::vector<std::uint32_t> labels() {
    const std::string bytes = read_bytes(at("out.label"));
    std::vector<std::uint32_t> ids(bytes.size() / 4);
    std::memcpy(ids.data(), bytes.data(), ids.size() * 4);
    return ids;
  }
  static void expect_labelled(std::size_t count) {
    ASSERT_EQ(labels().size(), count);
    for (std::uint32_t id : labels()) EXPECT_NE(id, 0u);
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
};
std::unique_ptr<ScratchFolder> CliScans::folder_;
ProcessResult CliScans::made_;

TEST_F(CliScans, AFileThatIsNoWholeNumberOfPointsIsRefused) {
  write_bytes(at("cut.bin"), std::string(4 * 16 + 5, 'x').data(), 4 * 16 + 5);
  EXPECT_TRUE(fails(predict_file(at("cut.bin")), 3, {"cut.bin", "16"}));
  write_text(at("empty.bin"), "");
  EXPECT_TRUE(fails(predict_file(at("empty.bin")), 3, {"empty.bin"}));
  write_text(at("scan.xyz"), "1 2 3");
  EXPECT_TRUE(fails(predict_file(at("scan.xyz")), 3, {"scan.xyz", ".bin"}));
  for (const char* name : {"bad.npy", "bad.ply", "bad.pcd"}) {
    write_text(at(name), "nonsense\n");
    EXPECT_TRUE(fails(predict_file(at(name)), 3, {name}));
  }
  EXPECT_FALSE(std::filesystem::exists(at("out.label")));
}

TEST_F(CliScans, ASinglePointIsLabelled) {
  ASSERT_TRUE(ok(predict({1, 2, -1, 0.5f})));
  expect_labelled(1);
  ASSERT_TRUE(ok(predict({1, 2, -1, 0.5f}, {"--votes", "3"})));
  expect_labelled(1);
}

TEST_F(CliScans, PointsWithoutAPositionAreLabelledToo) {
  ASSERT_TRUE(ok(
      predict({1, 2, -1, 0.5f, kNaN, 0, 0, 0, 3, INFINITY, 0, 0, 5, 5, -1, kNaN, 2, 2, -1, 0.1f})));
  expect_labelled(5);
  EXPECT_TRUE(fails(predict({kNaN, 0, 0, 0}), 3, {"scan.bin"}));
}

TEST_F(CliScans, AScanOutsideTheVolumeIsLabelledWithAWarning) {
  const std::vector<float> far{100, 0, 0, 0.5f, -300, 20, 0, 0.1f, 0, 0, 50, 0.9f};
  ASSERT_TRUE(ok(predict(far)));
  expect_labelled(3);
  const ProcessResult loud = lsk3d({"predict", "--checkpoint", at("run/last.safetensors"),
                                    "--input", at("scan.bin"), "--output", at("out.label")});
  EXPECT_TRUE(contains(loud.err, "scan.bin") && contains(loud.err, "volume")) << loud.err;
  ASSERT_TRUE(ok(predict(far, {"--outside", "unlabeled"})));
  EXPECT_EQ(labels(), (std::vector<std::uint32_t>{0, 0, 0}));
  // Far beyond what a grid index can hold.
  ASSERT_TRUE(ok(predict({3e38f, -3e38f, 1e30f, 0.5f, 1, 1, -1, 0.5f})));
  expect_labelled(2);
}

TEST_F(CliScans, ALargeCloudTakesMemoryForItsPointsNotForTheirActivations) {
  constexpr std::size_t kPoints = 1'000'000;
  std::vector<float> points;
  Rng rng(1);
  for (std::size_t i = 0; i < kPoints; ++i)
    for (const float reach : {55.0f, 55.0f, 1.0f, 0.5f})  // a sixth of them outside the volume
      points.push_back(rng.uniform(-reach, reach));
  const ProcessResult result = predict(points);
  ASSERT_TRUE(ok(result));
  expect_labelled(kPoints);
  EXPECT_LT(result.peak_bytes, std::int64_t{1200} * kPoints);  // 512 bytes are one hidden layer
}

TEST_F(CliScans, EvaluationAndTrainingBearOddScans) {
  write_tiny_dataset(at("odd"), {{0, 3}, {8, 3}}, 200);
  for (const char* sequence : {"odd/sequences/00", "odd/sequences/08"}) {
    write_scan(at(sequence), "000000", {{100, 0, 0, 0.5f}, {40}});  // all outside
    write_scan(at(sequence), "000001",
               {{1, 2, -1, 0.5f, kNaN, 0, 0, 0}, {40, 10}});  // one point left
  }
  ASSERT_TRUE(ok(lsk3d({"train", "--config", tiny_config_path(), "--data", at("odd"), "--out",
                        at("odd_run"), "--quiet"})));
  ASSERT_TRUE(ok(lsk3d(
      {"eval", "--checkpoint", at("odd_run/last.safetensors"), "--data", at("odd"), "--quiet"})));
}

}  // namespace
}  // namespace lsk3d::testing_support
