// SPDX-License-Identifier: MIT
// A model that was trained with a label map of one's own needs no file of it any more.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

/// The folder that the child processes start in.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) : before_(fs::current_path()) {
    fs::create_directories(folder);
    fs::current_path(folder);
  }
  ~WorkingFolder() {
    std::error_code ignored;
    fs::current_path(before_, ignored);
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  fs::path before_;
};

constexpr const char* kOwnMap = R"(name: ground
classes:
  - {name: unlabeled, raw: 0, color: [0, 0, 0]}
  - {name: terrain, raw: 1040, color: [1, 2, 3]}
  - {name: things, raw: 1070, color: [4, 5, 6]}
raw: {0: 0, 40: 1, 48: 1, 10: 2, 50: 2, 70: 2, 1040: 1, 1070: 2}
)";
constexpr const char* kOtherMap = R"(name: ground
classes:
  - {name: unlabeled, raw: 0}
  - {name: cat, raw: 7}
  - {name: dog, raw: 8}
raw: {0: 0, 7: 1, 8: 2}
)";
constexpr const char* kSmallerMap = R"(name: ground
classes:
  - {name: unlabeled, raw: 0}
  - {name: cat, raw: 7}
raw: {0: 0, 7: 1}
)";

class CliOwnLabels : public ::testing::Test {
 protected:
  /// Trains, exports and predicts in `home`, then leaves the models alone: in `empty`, where nothing
  /// else lies, in `other` and in `smaller`, where foreign maps have the name of the one trained on.
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_own_labels");
    write_tiny_dataset(at("data"), {{0, 2}, {8, 1}}, 300);
    write_text(at("home/ground.yaml"), kOwnMap);
    {
      const WorkingFolder home(at("home"));
      made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out", "run",
                     "--set", "data.label_map=ground.yaml", "--quiet"});
      if (made_.exit_code == 0)
        made_ = lsk3d({"export", "--checkpoint", "run/best.safetensors", "--out",
                       "deployed.safetensors", "--quiet"});
      if (made_.exit_code != 0) return;
      made_ = predict("deployed.safetensors");
      if (made_.exit_code == 0) made_ = view("deployed.safetensors");
      labels_ = read_bytes("a.label");
      picture_ = read_bytes("a.png");
    }
    for (const char* name : {"empty", "other", "smaller"}) {
      fs::create_directories(at(name));
      for (const char* part : {"run", "deployed.safetensors"})
        fs::copy(at("home") + "/" + part, at(name) + "/" + part, fs::copy_options::recursive);
    }
    fs::remove_all(at("home"));
    write_text(at("other/ground.yaml"), kOtherMap);
    write_text(at("smaller/ground.yaml"), kSmallerMap);
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override {
    ASSERT_TRUE(ok(made_));
    ASSERT_EQ(labels_.size(), 300u * 4);
    ASSERT_FALSE(picture_.empty());
  }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string scan() { return at("data/sequences/08/velodyne/000000.bin"); }

  static ProcessResult predict(const std::string& model, const std::vector<std::string>& more = {}) {
    fs::remove("a.label");
    std::vector<std::string> arguments{"predict", "--checkpoint", model,     "--input",
                                       scan(),    "--output",     "a.label", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }
  static ProcessResult view(const std::string& model) {
    fs::remove("a.png");
    return lsk3d({"view", "--input", scan(), "--checkpoint", model, "--out", "a.png"});
  }
  static std::set<std::uint32_t> ids(const std::string& label_file) {
    const std::string bytes = read_bytes(label_file);
    std::set<std::uint32_t> found;
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      std::uint32_t id = 0;
      std::memcpy(&id, bytes.data() + i, 4);
      found.insert(id);
    }
    return found;
  }

  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

  template <typename Check>
  static void in_every_folder(Check check) {
    for (const char* name : {"empty", "other", "smaller"}) {
      SCOPED_TRACE(name);
      const WorkingFolder here(at(name));
      check();
    }
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
  static std::string labels_, picture_;
};
std::unique_ptr<ScratchFolder> CliOwnLabels::folder_;
ProcessResult CliOwnLabels::made_;
std::string CliOwnLabels::labels_, CliOwnLabels::picture_;

TEST_F(CliOwnLabels, PredictWritesTheSameIdsEverywhere) {
  in_every_folder([] {
    for (const char* model : {"deployed.safetensors", "run/best.safetensors"}) {
      ASSERT_TRUE(ok(predict(model)));
      EXPECT_TRUE(read_bytes("a.label") == labels_) << model;
      for (const std::uint32_t id : ids("a.label")) EXPECT_TRUE(id == 1040 || id == 1070) << id;
    }
    ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", "deployed.safetensors", "--data", at("data"),
                          "--split", "valid", "--out", "predictions", "--quiet"})));
    EXPECT_TRUE(read_bytes("predictions/sequences/08/predictions/000000.label") == labels_);
  });
}

TEST_F(CliOwnLabels, EvaluationKnowsTheClasses) {
  in_every_folder([] {
    const ProcessResult result = lsk3d({"eval", "--checkpoint", "deployed.safetensors", "--data",
                                        at("data"), "--report", "eval.json", "--quiet"});
    ASSERT_TRUE(ok(result));
    EXPECT_TRUE(contains(result.out, "terrain") && contains(result.out, "things")) << result.out;
    const auto json = nlohmann::json::parse(read_bytes("eval.json"));
    EXPECT_TRUE(json.at("iou").contains("terrain") && json.at("iou").contains("things"));
    EXPECT_EQ(json.at("iou").size(), 2u);
  });
}

TEST_F(CliOwnLabels, PicturesHaveTheSameColours) {
  in_every_folder([] {
    ASSERT_TRUE(ok(view("deployed.safetensors")));
    EXPECT_TRUE(read_bytes("a.png") == picture_);
    ASSERT_TRUE(ok(lsk3d({"view", "--input", scan(), "--checkpoint", "run/best.safetensors", "--out",
                          "a.html"})));
    EXPECT_TRUE(contains(read_bytes("a.html"), "terrain"));
  });
}

TEST_F(CliOwnLabels, InspectShowsTheClasses) {
  in_every_folder([] {
    const ProcessResult text = lsk3d({"inspect", "deployed.safetensors"});
    ASSERT_TRUE(ok(text));
    for (const char* part : {"terrain", "1040", "1 2 3", "things", "1070", "4 5 6", "trained on"})
      EXPECT_TRUE(contains(text.out, part)) << part << "\n" << text.out;
    for (const char* file : {"deployed.safetensors", "run/last.safetensors"}) {
      const ProcessResult result = lsk3d({"inspect", file, "--json"});
      ASSERT_TRUE(ok(result));
      const auto classes = nlohmann::json::parse(result.out).at("input").at("classes");
      ASSERT_EQ(classes.size(), 3u);
      EXPECT_EQ(classes[1].at("name"), "terrain");
      EXPECT_EQ(classes[1].at("raw"), 1040);
      EXPECT_EQ(classes[2].at("color"), (std::vector<int>{4, 5, 6}));
    }
    ASSERT_TRUE(ok(lsk3d({"inspect", "run/last.state.safetensors"})));
    ASSERT_TRUE(ok(lsk3d({"inspect", "run/config.yaml"})));
  });
}

TEST_F(CliOwnLabels, TrainingGoesOnAndExportsAgain) {
  in_every_folder([] {
    const std::string before = read_bytes("run/last.safetensors");
    ASSERT_TRUE(ok(lsk3d({"train", "--resume", "--data", at("data"), "--out", "run", "--quiet"})));
    EXPECT_TRUE(read_bytes("run/last.safetensors") == before);  // it had ended
    ASSERT_TRUE(ok(lsk3d({"export", "--checkpoint", "run/best.safetensors", "--out",
                          "again.safetensors", "--quiet"})));
    EXPECT_TRUE(read_bytes("again.safetensors") == read_bytes("deployed.safetensors"));
  });
}

/// Stopped between two epochs, as a session on another machine would.
TEST_F(CliOwnLabels, AStoppedTrainingGoesOnElsewhere) {
  const auto train = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"train", "--data", at("data"), "--out", "run", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  write_text(at("first/ground.yaml"), kOwnMap);
  {
    const WorkingFolder first(at("first"));
    Process process(train({"--config", tiny_config_path(), "--set", "data.label_map=ground.yaml",
                           "--set", "train.epochs=400", "--set", "train.validate_every=0"}));
    while (process.running() && read_bytes("run/metrics.jsonl").empty()) pause();
    process.kill(SIGTERM);
    ASSERT_EQ(process.wait().exit_code, 128 + SIGTERM);
  }
  for (const char* map : {kOtherMap, static_cast<const char*>(nullptr)}) {
    const std::string name = map ? "second" : "third";
    fs::create_directories(at(name));
    fs::copy(at("first/run"), at(name + "/run"), fs::copy_options::recursive);
    if (map) write_text(at(name + "/ground.yaml"), map);
    const WorkingFolder here(at(name));
    const std::string before = read_bytes("run/last.safetensors");
    Process process(train({"--resume"}));
    while (process.running() && read_bytes("run/last.safetensors") == before) pause();
    process.kill(SIGTERM);
    ASSERT_EQ(process.wait().exit_code, 128 + SIGTERM);
    EXPECT_FALSE(read_bytes("run/last.safetensors") == before);
    ASSERT_TRUE(ok(predict("run/last.safetensors")));
    for (const std::uint32_t id : ids("a.label")) EXPECT_TRUE(id == 1040 || id == 1070) << id;
  }
}

TEST_F(CliOwnLabels, AMapCanBeGivenInstead) {
  const WorkingFolder here(at("other"));
  const ProcessResult result =
      lsk3d({"view", "--input", scan(), "--checkpoint", "deployed.safetensors", "--label-map",
             "ground.yaml", "--out", "b.html", "--quiet"});
  EXPECT_TRUE(fails(result, 3, {"000000.label", "'ground'"}));  // labels beside it, of another map
  EXPECT_TRUE(fails(lsk3d({"view", "--input", scan(), "--checkpoint", "deployed.safetensors",
                           "--label-map", "semantic_kitti", "--out", "b.html"}),
                    2, {"--label-map semantic_kitti", "3 classes", "found 20"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
