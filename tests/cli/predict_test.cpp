// SPDX-License-Identifier: MIT
// What is labelled, under which names and ids.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <memory>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliPredict : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_predict");
    write_tiny_dataset(data(), {{0, 2}, {3, 1}, {8, 2}, {11, 1}}, 300);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out", at("run"),
                   "--set", "train.epochs=1", "--quiet"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string data() { return at("data"); }
  static ProcessResult predict(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"predict", "--checkpoint", at("run/last.safetensors"),
                                       "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
};
std::unique_ptr<ScratchFolder> CliPredict::folder_;
ProcessResult CliPredict::made_;

TEST_F(CliPredict, SequencesAreThoseNamedWhateverTheConfigurationSays) {
  ASSERT_TRUE(ok(predict({"--data", data(), "--sequences", "3,8", "--out", at("named")})));
  EXPECT_TRUE(fs::exists(at("named/sequences/03/predictions/000000.label")));
  EXPECT_TRUE(fs::exists(at("named/sequences/08/predictions/000001.label")));
  EXPECT_FALSE(fs::exists(at("named/sequences/11")));
  EXPECT_TRUE(fails(predict({"--data", data(), "--sequences", "5", "--out", at("none")}), 3,
                    {"--sequences", "sequence 5"}));
  EXPECT_TRUE(fails(predict({"--data", data(), "--sequences", "3,5", "--out", at("none")}), 3,
                    {"--sequences", "sequence 5"}));
  EXPECT_FALSE(fs::exists(at("none")));
}

TEST_F(CliPredict, AnotherLabelMapGivesItsIds) {
  std::string map =
      read_bytes(std::string(LSK3D_SOURCE_DIR) + "/configs/label_maps/semantic_kitti.yaml");
  for (std::size_t at = 0; (at = map.find("raw: ", at)) != std::string::npos; at += 5)
    if (std::isdigit(static_cast<unsigned char>(map[at + 5])) && map[at + 5] != '0')
      map.insert(at + 5, "9");  // 40 -> 940
  map +=
      "  910: 1\n  911: 2\n  915: 3\n  918: 4\n  920: 5\n  930: 6\n  931: 7\n  932: 8\n"
      "  940: 9\n  944: 10\n  948: 11\n  949: 12\n  950: 13\n  951: 14\n  970: 15\n  971: 16\n"
      "  972: 17\n  980: 18\n  981: 19\n";
  write_text(at("mine.yaml"), map);
  const std::string scan = data() + "/sequences/08/velodyne/000000.bin";
  ASSERT_TRUE(
      ok(predict({"--input", scan, "--output", at("mine.label"), "--label-map", at("mine.yaml")})));
  ASSERT_TRUE(ok(predict({"--input", scan, "--output", at("own.label")})));
  const std::string mine = read_bytes(at("mine.label")), own = read_bytes(at("own.label"));
  ASSERT_EQ(mine.size(), 1200u);
  for (std::size_t i = 0; i < mine.size(); i += 4) {
    std::uint32_t a = 0, b = 0;
    std::memcpy(&a, mine.data() + i, 4);
    std::memcpy(&b, own.data() + i, 4);
    EXPECT_EQ(a, b + 900);
  }
  EXPECT_TRUE(
      fails(predict({"--input", scan, "--output", at("x.label"), "--label-map", "nuscenes"}), 2,
            {"--label-map", "20", "17"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
