// SPDX-License-Identifier: MIT
// From a data set on disk to predictions, by commands alone.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliRun : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_run");
    write_tiny_dataset(data(), {{0, 3}, {8, 2}});
    trained_ = lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out", run(),
                      "--threads", "1"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(trained_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string data() { return at("data"); }
  static std::string run() { return at("run"); }
  static std::string model() { return run() + "/last.safetensors"; }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult trained_;
};
std::unique_ptr<ScratchFolder> CliRun::folder_;
ProcessResult CliRun::trained_;

std::vector<std::uint32_t> read_ids(const std::string& path) {
  const std::string bytes = read_bytes(path);
  std::vector<std::uint32_t> ids(bytes.size() / 4);
  std::memcpy(ids.data(), bytes.data(), ids.size() * 4);
  return ids;
}

/// SemanticKITTI's raw ids of the tiny data set, as the data set's table has them.
const std::map<std::uint32_t, int> kClassOf{{0, 0},   {10, 1},  {11, 2},  {15, 3},  {18, 4},
                                            {20, 5},  {30, 6},  {31, 7},  {32, 8},  {40, 9},
                                            {44, 10}, {48, 11}, {49, 12}, {50, 13}, {51, 14},
                                            {70, 15}, {71, 16}, {72, 17}, {80, 18}, {81, 19}};

TEST_F(CliRun, TrainingWritesItsRun) {
  EXPECT_TRUE(contains(trained_.out, "mIoU")) << trained_.out;
  EXPECT_TRUE(contains(trained_.out, "last.safetensors"));
  for (const char* name : {"config.yaml", "metrics.jsonl", "last.safetensors", "best.safetensors",
                           "report/valid.json"})
    EXPECT_TRUE(fs::exists(run() + "/" + name)) << name;
  std::istringstream lines(read_bytes(run() + "/metrics.jsonl"));
  std::string line;
  std::int64_t steps = 0;
  while (std::getline(lines, line))
    if (nlohmann::json::parse(line).contains("loss")) ++steps;
  EXPECT_EQ(steps, 6);
}

TEST_F(CliRun, TwoRunsOfOneSeedAreEqualOnAnyNumberOfThreads) {
  ASSERT_TRUE(ok(lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out",
                        at("two"), "--threads", "2", "--quiet"})));
  EXPECT_EQ(read_bytes(model()), read_bytes(at("two/last.safetensors")));
  ASSERT_TRUE(ok(lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out",
                        at("other"), "--seed", "1", "--quiet"})));
  EXPECT_NE(read_bytes(model()), read_bytes(at("other/last.safetensors")));
}

TEST_F(CliRun, EvalAgreesWithTheDefinitionOnPredictionFiles) {
  ASSERT_TRUE(ok(lsk3d({"eval", "--checkpoint", model(), "--data", data(), "--report",
                        at("eval.json"), "--quiet"})));
  ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", model(), "--data", data(), "--split", "valid",
                        "--out", at("predictions"), "--quiet"})));
  // intersection and union of classes 1 … 19 over all labelled points, mean over all 19
  std::array<double, 20> both{}, either{};
  double right = 0, all = 0;
  for (const char* name : {"000000", "000001"}) {
    const auto labels = read_ids(data() + "/sequences/08/labels/" + name + ".label");
    const auto found = read_ids(at("predictions/sequences/08/predictions/") + name + ".label");
    ASSERT_EQ(labels.size(), found.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      ASSERT_TRUE(kClassOf.contains(found[i])) << found[i];
      const int label = kClassOf.at(labels[i] & 0xFFFF), prediction = kClassOf.at(found[i]);
      ASSERT_NE(prediction, 0);
      if (label == 0) continue;
      ++all;
      ++either[static_cast<std::size_t>(label)];
      if (label == prediction) ++right, ++both[static_cast<std::size_t>(label)];
      else ++either[static_cast<std::size_t>(prediction)];
    }
  }
  double mean = 0;
  for (std::size_t c = 1; c < 20; ++c) mean += either[c] > 0 ? both[c] / either[c] / 19 : 0;
  const auto json = nlohmann::json::parse(read_bytes(at("eval.json")));
  EXPECT_NEAR(json.at("miou").get<double>(), mean, 1e-6);
  EXPECT_NEAR(json.at("accuracy").get<double>(), right / all, 1e-6);
  EXPECT_EQ(json.at("points").get<double>(), all);
  EXPECT_EQ(json.at("scans"), 2);
  EXPECT_EQ(json.at("votes"), 1);
  EXPECT_EQ(json.at("protocol"), "api");
  EXPECT_EQ(json.at("iou").size(), 19u);
  EXPECT_NEAR(json.at("iou").at("road").get<double>(), either[9] > 0 ? both[9] / either[9] : 0,
              1e-6);
  EXPECT_GT(json.at("ms_per_scan").get<double>(), 0);
}

TEST_F(CliRun, EvalOffersVotesAndTheOtherProtocol) {
  const ProcessResult result =
      lsk3d({"eval", "--checkpoint", model(), "--data", data(), "--votes", "2", "--protocol",
             "lsk3dnet", "--report", at("votes.json"), "--quiet"});
  ASSERT_TRUE(ok(result));
  for (const char* part : {"road", "mIoU", "lsk3dnet", "votes 2", "split valid"})
    EXPECT_TRUE(contains(result.out, part)) << part << " is not in: " << result.out;
  const auto json = nlohmann::json::parse(read_bytes(at("votes.json")));
  EXPECT_EQ(json.at("votes"), 2);
  EXPECT_EQ(json.at("protocol"), "lsk3dnet");
}

TEST_F(CliRun, PredictsOneScanWithLogitsAndNeedsNoLabels) {
  const std::string scan = data() + "/sequences/08/velodyne/000000.bin";
  const std::string lonely = at("elsewhere/cloud.bin");
  fs::create_directories(at("elsewhere"));
  fs::copy_file(scan, lonely, fs::copy_options::overwrite_existing);
  ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", model(), "--input", lonely, "--output",
                        at("one/out.label"), "--save-logits", at("one/logits.npy")})));
  const auto ids = read_ids(at("one/out.label"));
  const std::string npy = read_bytes(at("one/logits.npy"));
  ASSERT_EQ(ids.size(), 500u);
  EXPECT_TRUE(contains(npy.substr(0, 128), "(500, 20)")) << npy.substr(0, 128);
  const float* logits = reinterpret_cast<const float*>(npy.data() + npy.size() - 500 * 20 * 4);
  std::map<int, std::uint32_t> raw_of;
  for (const auto& [raw, c] : kClassOf) raw_of[c] = raw;
  for (std::size_t i = 0; i < 500; ++i) {
    std::array<float, 20> row;
    std::memcpy(row.data(), reinterpret_cast<const char*>(logits) + i * 80, 80);
    const auto best = std::max_element(row.begin() + 1, row.end()) - row.begin();
    const bool outside = std::all_of(row.begin(), row.end(), [](float v) { return v == 0; });
    EXPECT_TRUE(outside || ids[i] == raw_of.at(static_cast<int>(best))) << i;
    EXPECT_NE(ids[i], 0u);
  }
}

TEST_F(CliRun, PredictsASplitWithoutLabelsAndPacksASubmission) {
  fs::create_directories(at("unlabelled/sequences/08"));
  fs::copy(data() + "/sequences/08/velodyne", at("unlabelled/sequences/08/velodyne"),
           fs::copy_options::recursive);
  ASSERT_TRUE(
      ok(lsk3d({"predict", "--checkpoint", model(), "--data", at("unlabelled"), "--split", "test",
                "--out", at("split"), "--submission", at("upload.zip"),
                "--incomplete-submission", "--quiet"})));
  EXPECT_EQ(read_ids(at("split/sequences/08/predictions/000001.label")).size(), 500u);
  const std::string zip = read_bytes(at("upload.zip"));
  EXPECT_TRUE(zip.starts_with("PK"));
  EXPECT_TRUE(contains(zip, "sequences/08/predictions/000001.label"));
  // Evaluation does need them.
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("unlabelled"), "--quiet"}),
                    3, {"labels"}));
}

TEST_F(CliRun, InspectTellsWhatIsInEachFile) {
  const std::string scan = data() + "/sequences/08/velodyne/000000.bin";
  const std::vector<std::vector<std::string>> cases = {
      {"inspect", model(), "--json"},
      {"inspect", model(), "--scan", scan, "--json"},
      {"inspect", run() + "/last.state.safetensors", "--json"},
      {"inspect", run() + "/config.yaml", "--json"},
      {"inspect", scan, "--json"},
      {"inspect", data(), "--json"}};
  for (const auto& arguments : cases) {
    const ProcessResult result = lsk3d(arguments);
    ASSERT_TRUE(ok(result)) << arguments[1];
    const auto json = nlohmann::json::parse(result.out, nullptr, false);
    EXPECT_TRUE(json.is_object()) << arguments[1] << ": " << result.out;
    const ProcessResult text = lsk3d({arguments[0], arguments[1]});
    EXPECT_TRUE(ok(text));
    EXPECT_FALSE(text.out.empty());
  }
  const auto json = nlohmann::json::parse(lsk3d({"inspect", model(), "--json"}).out);
  EXPECT_NEAR(json.at("sparse_layers").at("sparsity").get<double>(), 0.4, 0.05);
  EXPECT_EQ(json.at("step"), 6);
}

TEST_F(CliRun, DataVerbsExplainADataSet) {
  EXPECT_TRUE(ok(lsk3d({"data", "check", data()})));
  const ProcessResult stats = lsk3d({"data", "stats", data()});
  EXPECT_TRUE(ok(stats));
  EXPECT_TRUE(contains(stats.out, "road")) << stats.out;
}

TEST_F(CliRun, ConfigPrintResolvesWhatTheRunUsed) {
  const ProcessResult printed = lsk3d({"config", "print", run() + "/config.yaml"});
  ASSERT_TRUE(ok(printed));
  EXPECT_EQ(printed.out, read_bytes(run() + "/config.yaml"));
  EXPECT_TRUE(contains(
      lsk3d({"config", "print", tiny_config_path(), "--set", "train.lr=0.125"}).out, "lr: 0.125"));
}

TEST_F(CliRun, ErfPrintsRadiiAndDrawsThem) {
  const std::string scan = data() + "/sequences/08/velodyne/000000.bin";
  const std::string picture = at("erf.png"), json = at("erf.json");
  const ProcessResult measured =
      lsk3d({"erf", "--checkpoint", model(), "--input", scan, "--centres", "3",
             "--out", picture, "--json", json, "--quiet"});
  ASSERT_TRUE(ok(measured));
  for (const char* part : {"50 %", "100 %", "radius m", "mean over 3 points", "erf.png"})
    EXPECT_TRUE(contains(measured.out, part)) << part << " in " << measured.out;
  EXPECT_TRUE(read_bytes(picture).starts_with("\x89PNG"));
  EXPECT_TRUE(contains(read_bytes(json), "radius_m"));
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"erf",   "--checkpoint", model(), "--input",
                                       scan, "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  };
  EXPECT_TRUE(fails(with({"--class", "caar"}), 2, {"--class", "'caar'", "did you mean 'car'"}));
  EXPECT_TRUE(fails(with({"--centres", "0"}), 2, {"--centres", "1 to 64"}));
  EXPECT_TRUE(fails(with({"--out", "erf.jpg"}), 2, {"--out", ".png"}));
  EXPECT_TRUE(fails(with({"--extent", "-1"}), 2, {"--extent", "-1"}));
}

TEST_F(CliRun, EveryVerbHelpsWithExamples) {
  for (const char* verb : {"train", "eval", "predict", "import", "inspect", "synth", "view", "erf"}) {
    const ProcessResult help = lsk3d({verb, "--help"});
    EXPECT_TRUE(ok(help)) << verb;
    EXPECT_TRUE(contains(help.out, std::string("  lsk3d ") + verb)) << verb;
    EXPECT_LT(help.out.find("Example"), help.out.find("Usage")) << verb;
  }
  EXPECT_TRUE(ok(lsk3d({"--version"})));
}

}  // namespace
}  // namespace lsk3d::testing_support
