// SPDX-License-Identifier: MIT
// What is judged, by which classes, and what the report says of it.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
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

  /// Judges the predictions in a folder.
  static ProcessResult judge(const std::string& folder, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"eval",   "--predictions", at(folder),
                                       "--data", data(),          "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
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

TEST_F(CliEval, StoredPredictionsScoreAsTheirModelDoes) {
  ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", model(), "--data", data(), "--sequences",
                        "08,11", "--out", at("stored"), "--quiet"})));
  const auto wanted = report({"--sequences", "08,11", "--by-distance"});
  const ProcessResult result =
      judge("stored", {"--sequences", "08,11", "--by-distance", "--report", at("stored.json")});
  ASSERT_TRUE(ok(result));
  for (const char* part : {"mIoU", "vegetation", "stored predictions", "label map semantic_kitti"})
    EXPECT_TRUE(contains(result.out, part)) << part << " in " << result.out;
  const auto found = nlohmann::json::parse(read_bytes(at("stored.json")));
  for (const auto& [key, value] : wanted.items())
    if (key != "votes" && key != "ms_per_scan") {
      EXPECT_EQ(found.at(key), value) << key;
    }
  // Without a model: the split of SemanticKITTI, and the folder sequences itself is a folder, too.
  EXPECT_TRUE(contains(judge("stored/sequences", {}).out, "split valid (sequences 08)"));
}

TEST_F(CliEval, StoredPredictionsThatAreMissingOrDoNotFitAreNamed) {
  ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", model(), "--data", data(), "--sequences",
                        "00,08", "--out", at("faulty"), "--quiet"})));
  const std::string scan = at("faulty/sequences/08/predictions/000001.label");
  const std::string whole = read_bytes(scan);
  fs::remove(scan);
  EXPECT_TRUE(fails(judge("faulty", {}), 3, {"08/predictions/000001.label", "1 of 2"}));
  EXPECT_TRUE(ok(judge("faulty", {"--sequences", "00"})));
  write_text(scan, whole.substr(4));
  EXPECT_TRUE(fails(judge("faulty", {}), 3, {"08/predictions/000001.label", "300", "299"}));
  write_text(scan, whole.substr(1));
  EXPECT_TRUE(fails(judge("faulty", {}), 3, {"08/predictions/000001.label", "4-byte"}));
  std::string unknown = whole;
  unknown[0] = 9;  // a training class
  write_text(scan, unknown);
  EXPECT_TRUE(fails(judge("faulty", {}), 3, {"08/predictions/000001.label", "raw label 9"}));
  EXPECT_TRUE(fails(judge("nowhere", {}), 3, {"--predictions", "nowhere"}));
  write_text(scan, whole);
  EXPECT_TRUE(
      fails(judge("faulty", {"--protocol", "lsk3dnet"}), 2, {"--protocol", "--checkpoint"}));
  EXPECT_TRUE(fails(judge("faulty", {"--votes", "2"}), 2, {"--votes", "--checkpoint"}));
  EXPECT_TRUE(
      fails(judge("faulty", {"--checkpoint", model()}), 2, {"--checkpoint", "--predictions"}));
  // The labels themselves are the best predictions.
  for (const char* name : {"000000", "000001"})
    fs::copy_file(data() + "/sequences/08/labels/" + name + ".label",
                  at("faulty/sequences/08/predictions/") + name + ".label",
                  fs::copy_options::overwrite_existing);
  EXPECT_TRUE(
      contains(judge("faulty", {}).out, "over the classes present 100.0 %   accuracy 100.0 %"));
}

TEST_F(CliEval, DistanceIsHorizontalAndInRingsOfTenMetres) {
  // Three scans' labels as predictions of one another, counted here point by point.
  std::array<std::map<std::uint32_t, std::array<double, 3>>, 6> rings;  // both, either, labelled
  std::array<double, 6> points{};
  for (const char* name : {"000000", "000001"}) {
    const std::string other = name == std::string("000000") ? "000001" : "000000";
    const std::string base = data() + "/sequences/08/";
    fs::create_directories(at("swapped/sequences/08/predictions"));
    fs::copy_file(base + "labels/" + other + ".label",
                  at("swapped/sequences/08/predictions/") + name + ".label");
    const std::string scan = read_bytes(base + "velodyne/" + name + ".bin"),
                      truth = read_bytes(base + "labels/" + name + ".label"),
                      guess = read_bytes(base + "labels/" + other + ".label");
    for (std::size_t i = 0; i < 300; ++i) {
      float xy[2];
      std::uint16_t label = 0, prediction = 0;
      std::memcpy(xy, scan.data() + 16 * i, 8);
      std::memcpy(&label, truth.data() + 4 * i, 2);
      std::memcpy(&prediction, guess.data() + 4 * i, 2);
      if (label == 0) continue;
      const auto ring = static_cast<std::size_t>(
          std::min(5.0, std::sqrt(double{xy[0]} * xy[0] + double{xy[1]} * xy[1]) / 10));
      ++points[ring];
      ++rings[ring][label][1];
      ++rings[ring][label][2];
      if (label == prediction) ++rings[ring][label][0];
      else ++rings[ring][prediction][1];
    }
  }
  const ProcessResult result = judge("swapped", {"--by-distance", "--report", at("rings.json")});
  ASSERT_TRUE(ok(result));
  for (const char* part : {"10-20", "50+"}) EXPECT_TRUE(contains(result.out, part)) << result.out;
  const auto json = nlohmann::json::parse(read_bytes(at("rings.json"))).at("by_distance");
  ASSERT_EQ(json.size(), 6u);
  double mean = 0;
  for (const auto& [id, counts] : rings[1]) mean += id ? counts[0] / counts[1] / 19 : 0;
  EXPECT_NEAR(json[1].at("miou").get<double>(), mean, 1e-9);
  for (std::size_t ring = 0; ring < 6; ++ring) {
    EXPECT_EQ(json[ring].at("from"), 10 * static_cast<int>(ring));
    EXPECT_EQ(json[ring].at("points"), points[ring]);
    EXPECT_EQ(json[ring].at("iou").size(), 19u);
    const auto road = rings[ring].find(40);
    const auto& found = json[ring].at("iou").at("road");
    if (road == rings[ring].end() || road->second[2] == 0) {
      EXPECT_TRUE(found.is_null());
    } else {
      EXPECT_NEAR(found.get<double>(), road->second[0] / road->second[1], 1e-9);
    }
  }
  EXPECT_EQ(json[4].at("to"), 50);
  EXPECT_TRUE(json[5].at("to").is_null());
  EXPECT_TRUE(contains(report({}).dump(), "confusion"));
  EXPECT_FALSE(report({}).contains("by_distance"));
}

TEST_F(CliEval, ClassesWithoutPointsHaveNoScoreYetCountInTheMean) {
  const auto json = report({});
  EXPECT_TRUE(json.at("iou").at("bicycle").is_null());
  EXPECT_TRUE(json.at("iou").at("traffic-sign").is_null());
  double sum = 0;
  for (const auto& [name, iou] : json.at("iou").items())
    sum += iou.is_null() ? 0 : iou.get<double>();
  EXPECT_NEAR(json.at("miou").get<double>(), sum / 19, 1e-9);
}

TEST_F(CliEval, TheConfusionMatrixIsDrawn) {
  ASSERT_TRUE(ok(eval({"--confusion", at("confusion.png")})));
  EXPECT_TRUE(read_bytes(at("confusion.png")).starts_with("\x89PNG"));
  EXPECT_TRUE(fails(eval({"--confusion", at("confusion.jpg")}), 2, {"--confusion", ".png"}));
  const std::string page = read_bytes(at("run/report/index.html"));
  EXPECT_TRUE(contains(page, "<table class=\"confusion\">"));
}

TEST_F(CliEval, ACloudWithoutPointsIsAScan) {
  fs::copy(data(), at("hollow"), fs::copy_options::recursive);
  const std::string sequence = at("hollow/sequences/08/");
  fs::remove(sequence + "velodyne/000001.bin");
  write_text(sequence + "velodyne/000001.ply",
             "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\n"
             "property float z\nproperty float intensity\nend_header\n");
  write_text(sequence + "labels/000001.label", "");
  ASSERT_TRUE(ok(lsk3d({"eval", "--checkpoint", model(), "--data", at("hollow"), "--report",
                        at("hollow.json"), "--by-distance", "--quiet"})));
  EXPECT_EQ(nlohmann::json::parse(read_bytes(at("hollow.json"))).at("scans"), 2);
}

}  // namespace
}  // namespace lsk3d::testing_support
