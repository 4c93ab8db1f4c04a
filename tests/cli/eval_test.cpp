// SPDX-License-Identifier: MIT
// What is judged, by which classes, and what the report says of it.
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

class CliEval : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_eval");
    write_tiny_dataset(data(), {{0, 2}, {3, 1}, {8, 2}, {11, 1}, {12, 1}}, 300);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out", at("run"),
                   "--set", "train.epochs=1", "--quiet"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string data() { return at("data"); }
  static std::string model() { return at("run/last.safetensors"); }
  static ProcessResult eval(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"eval",   "--checkpoint", model(),
                                       "--data", data(),         "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }
  /// The report of an evaluation that must succeed.
  static nlohmann::json report(std::vector<std::string> more) {
    more.insert(more.end(), {"--report", at("eval.json")});
    fs::remove(at("eval.json"));
    EXPECT_TRUE(ok(eval(more)));
    return nlohmann::json::parse(read_bytes(at("eval.json")), nullptr, false);
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
};
std::unique_ptr<ScratchFolder> CliEval::folder_;
ProcessResult CliEval::made_;

TEST_F(CliEval, SequencesAreThoseNamedWhateverTheConfigurationSays) {
  const auto json = report({"--sequences", "3,11:12"});
  EXPECT_EQ(json.at("scans"), 3);
  EXPECT_EQ(json.at("sequences"), (nlohmann::json{"03", "11", "12"}));
  EXPECT_EQ(json.at("label_map"), "semantic_kitti");
  const auto valid = report({});
  EXPECT_EQ(valid.at("sequences"), nlohmann::json{"08"});
  EXPECT_EQ(valid.at("split"), "valid");
  const ProcessResult text = eval({"--sequences", "00", "--split", "mine"});
  ASSERT_TRUE(ok(text));
  for (const char* part : {"split mine", "sequences 00", "label map semantic_kitti", "2 scans"})
    EXPECT_TRUE(contains(text.out, part)) << part << " in " << text.out;
}

TEST_F(CliEval, SequencesThatAreMissingOrNoNamesAreErrors) {
  EXPECT_TRUE(fails(eval({"--sequences", "5"}), 3, {"--sequences", "sequence 5"}));
  EXPECT_TRUE(fails(eval({"--sequences", "3,5"}), 3, {"--sequences", "sequence 5", "03"}));
  EXPECT_TRUE(fails(eval({"--sequences", "21:11"}), 2, {"--sequences", "21:11"}));
  EXPECT_TRUE(fails(eval({"--sequences", "3,03"}), 2, {"--sequences", "'03'", "'3'"}));
  // A data set without the configuration's sequences: the error says what helps.
  fs::create_directories(at("own/sequences"));
  fs::copy(data() + "/sequences/03", at("own/sequences/03"), fs::copy_options::recursive);
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("own"), "--quiet"}), 3,
                    {"--sequences"}));
}

TEST_F(CliEval, AnotherLabelMapOfAsManyClassesIsTaken) {
  std::string map =
      read_bytes(std::string(LSK3D_SOURCE_DIR) + "/configs/label_maps/semantic_kitti.yaml");
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"name: semantic_kitti", "name: mine"},
        {"name: road, ", "name: lane, "}})
    map.replace(map.find(from), from.size(), to);
  write_text(at("mine.yaml"), map);
  const auto json = report({"--label-map", at("mine.yaml")});
  EXPECT_EQ(json.at("label_map"), "mine");
  EXPECT_TRUE(json.at("iou").contains("lane"));
  EXPECT_TRUE(fails(eval({"--label-map", "nuscenes"}), 2, {"--label-map", "20", "17"}));
  EXPECT_TRUE(fails(eval({"--label-map", "semantic_kiti"}), 2, {"semantic_kiti"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
