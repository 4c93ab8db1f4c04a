// SPDX-License-Identifier: MIT
#include "lsk3d/engine/trainer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lsk3d/core/parallel.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/engine/checkpoint.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;
using testing_support::read_bytes;
using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::write_text;
using testing_support::write_tiny_dataset;

class Recorder : public TrainObserver {
 public:
  void on_step(const StepReport& report) override { steps.push_back(report); }
  void on_sds_update(std::int64_t step, const SdsUpdate& update) override {
    updates.emplace_back(step, update);
  }
  void on_validation(int epochs, const IouReport& report, bool) override {
    validations.emplace_back(epochs, report);
  }
  std::vector<StepReport> steps;
  std::vector<std::pair<std::int64_t, SdsUpdate>> updates;
  std::vector<std::pair<int, IouReport>> validations;
};

class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() : folder_("trainer") { write_tiny_dataset(folder_ / "data", {{0, 3}, {8, 1}}); }

  TrainResult run(const std::string& name, const std::vector<std::string>& set = {},
                  bool resume = false, std::int64_t stop_after = -1, const std::string& init = "") {
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / name;
    options.resume = resume;
    options.init = init;
    recorder_ = Recorder();
    options.should_stop = [this, stop_after] {
      return stop_after >= 0 && static_cast<std::int64_t>(recorder_.steps.size()) >= stop_after;
    };
    return train(load_config(tiny_config_path(), set), options, recorder_);
  }

  ScratchFolder folder_;
  Recorder recorder_;
};

TEST_F(TrainerTest, WritesTheRunAndReportsEveryStep) {
  const TrainResult result = run("a");
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.steps, 6);
  EXPECT_EQ(result.epochs, 2);
  ASSERT_EQ(recorder_.steps.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(recorder_.steps[i].step, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(recorder_.steps[i].total_steps, 6);
    EXPECT_EQ(recorder_.steps[i].epoch, static_cast<int>(i / 3));
    EXPECT_TRUE(std::isfinite(recorder_.steps[i].loss));
    EXPECT_GT(recorder_.steps[i].loss, 0);
    EXPECT_GT(recorder_.steps[i].points, 400);
    EXPECT_NEAR(recorder_.steps[i].sparsity, 0.4, 0.03);
  }
  ASSERT_EQ(recorder_.updates.size(), 1u);  // update_every is 4
  EXPECT_EQ(recorder_.updates[0].first, 4);
  ASSERT_EQ(recorder_.validations.size(), 2u);
  for (const char* name : {"config.yaml", "metrics.jsonl", "last.safetensors", "best.safetensors",
                           "report/valid.json", "report/valid.txt", "report/index.html"})
    EXPECT_TRUE(fs::exists(folder_ / "a/" + name)) << name;
  EXPECT_FALSE(fs::is_empty(folder_ / "a/tensorboard"));
  std::istringstream lines(read_bytes(folder_ / "a/metrics.jsonl"));
  std::string line;
  int losses = 0, valids = 0;
  while (std::getline(lines, line)) {
    const auto json = nlohmann::json::parse(line);
    losses += json.contains("loss");
    valids += json.contains("valid");
  }
  EXPECT_EQ(losses, 6);
  EXPECT_EQ(valids, 2);
  const std::string page = read_bytes(folder_ / "a/report/index.html");
  EXPECT_NE(page.find("<polyline"), std::string::npos);
  EXPECT_NE(page.find("vegetation"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos) << "the page must stand alone";
  const LoadedModel last = load_checkpoint(folder_ / "a/last.safetensors");
  EXPECT_EQ(last.info.step, 6);
  EXPECT_EQ(last.info.epoch, 2);
}

TEST_F(TrainerTest, LearnsTheScansItSees) {
  run("learn",
      {"train.epochs=20", "train.lr=0.01", "train.validate_every=0", "augmentation.rotate=false"});
  const double first = recorder_.steps.front().loss, last = recorder_.steps.back().loss;
  EXPECT_LT(last, 0.75 * first);
  ASSERT_EQ(recorder_.validations.size(), 1u);
  EXPECT_GT(recorder_.validations[0].second.accuracy, 0.5);
}

TEST_F(TrainerTest, NoBitDependsOnThreadsOrWorkers) {
  const int before = num_threads();
  set_num_threads(1);
  run("one", {"train.workers=0", "train.batch_size=2"});
  set_num_threads(3);
  run("three", {"train.workers=2", "train.batch_size=2"});
  set_num_threads(before);
  const LoadedModel a = load_checkpoint(folder_ / "one/last.safetensors");
  const LoadedModel b = load_checkpoint(folder_ / "three/last.safetensors");
  for (std::size_t i = 0; i < a.model->parameters().size(); ++i) {
    const Tensor &x = a.model->parameters()[i]->value(), &y = b.model->parameters()[i]->value();
    EXPECT_EQ(std::memcmp(x.raw(), y.raw(), x.bytes()), 0) << a.model->parameters()[i]->name;
  }
}

TEST_F(TrainerTest, AResumedRunEqualsAnUninterruptedOne) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
      {"adamw", {"train.optimizer=adamw"}},
      {"sgd", {"train.optimizer=sgd"}},
      {"per_pair", {"sds.granularity=offset", "sds.cost_exponent=1", "sds.update_every=2"}}};
  for (const auto& [kind, set] : cases) {
    run("whole_" + kind, set);
    for (std::int64_t stop :
         {1, 2, 3, 4, 5}) {  // inside an epoch, at its end, after the SDS update
      const std::string name = kind + std::to_string(stop);
      const TrainResult part = run(name, set, false, stop);
      EXPECT_TRUE(part.interrupted);
      EXPECT_EQ(part.steps, stop);
      if (stop == 2)
        fs::remove(folder_ / name + "/last.safetensors");  // as killed before its first
      const TrainResult rest = run(name, set, true);
      EXPECT_FALSE(rest.interrupted);
      EXPECT_EQ(rest.steps, 6);
      EXPECT_EQ(recorder_.steps.size(), static_cast<std::size_t>(6 - stop));
      for (const char* file : {"/last.safetensors", "/best.safetensors", "/last.state.safetensors"})
        EXPECT_EQ(read_bytes(folder_ / name + file),
                  read_bytes(folder_ / "whole_" + kind + file))
            << file << " after a stop at step " << stop;
    }
  }
}

TEST_F(TrainerTest, AValidationThatIsStoppedIsDoneOnResuming) {
  write_tiny_dataset(folder_ / "data", {{8, 3}});
  run("whole");
  TrainOptions options;
  options.data_dir = folder_ / "data";
  options.run_dir = folder_ / "part";
  int asked = 0;  // after three steps, then after the first validation scan
  options.should_stop = [&asked] { return ++asked == 4; };
  EXPECT_TRUE(train(load_config(tiny_config_path()), options, recorder_ = Recorder()).interrupted);
  EXPECT_EQ(asked, 4);
  EXPECT_TRUE(recorder_.validations.empty());
  run("part", {}, true);
  EXPECT_EQ(recorder_.validations.size(), 2u);
  for (const char* file : {"/last.safetensors", "/best.safetensors", "/last.state.safetensors"})
    EXPECT_EQ(read_bytes(folder_ / "part" + file), read_bytes(folder_ / "whole" + file)) << file;
}

TEST_F(TrainerTest, ARunIsNeitherOverwrittenNorInvented) {
  run("once", {"train.epochs=1"});
  EXPECT_THROW(run("once", {"train.epochs=1"}), UsageError);
  EXPECT_THROW(run("never", {}, true), UsageError);
  EXPECT_THROW(run("once", {"train.epochs=1", "train.lr=1"}, true), UsageError);
  EXPECT_TRUE(run("once", {"train.epochs=1"}, true).was_finished);  // nothing is left to do
}

TEST_F(TrainerTest, GoesOnBeyondThePlannedEpochs) {
  const std::vector<std::string> steady{"train.schedule=constant", "sds.enabled=false"};
  const auto of = [](std::vector<std::string> set, const std::string& more) {
    set.push_back(more);
    return set;
  };
  run("whole", of(steady, "train.epochs=4"));
  run("longer", of(steady, "train.epochs=2"));
  const TrainResult result = run("longer", of(steady, "train.epochs=4"), true);
  EXPECT_EQ(result.steps, 12);
  EXPECT_FALSE(result.was_finished);
  for (const char* file : {"/last.safetensors", "/last.state.safetensors", "/config.yaml"})
    EXPECT_TRUE(read_bytes(folder_ / "longer" + file) == read_bytes(folder_ / "whole" + file))
        << file;
  EXPECT_THROW(run("longer", of(steady, "train.epochs=3"), true), UsageError);  // 4 are done
}

TEST_F(TrainerTest, TheScheduleOfALongerRunIsThatOfItsNewLength) {
  run("part", {"train.epochs=2"});
  ::testing::internal::CaptureStderr();
  run("part", {"train.epochs=4"}, true);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("train.epochs: 2 became 4"), std::string::npos) << log;
  EXPECT_NE(log.find("learning rate after step 6 is "), std::string::npos) << log;
  EXPECT_EQ(recorder_.steps.front().step, 7);
  EXPECT_EQ(recorder_.steps.front().total_steps, 12);
  const double lr = recorder_.steps.front().lr;
  run("whole", {"train.epochs=4"});
  EXPECT_EQ(recorder_.steps.at(6).lr, lr);
}

TEST_F(TrainerTest, ALongerRunKeepsTheCutsOfChannelsWhereTheyWerePlanned) {
  const std::vector<std::string> cws{"cws.enabled=true", "cws.steps=2", "cws.start=0.3",
                                     "cws.stop=0.9"};
  const auto of = [&](const std::string& more) {
    std::vector<std::string> set = cws;
    set.push_back(more);
    return set;
  };
  run("part", of("train.epochs=2"), false, 3);  // between the cuts
  EXPECT_THROW(run("part", of("train.epochs=1"), true), UsageError);  // would end too wide
  run("part", of("train.epochs=4"), true);
  const std::string metrics = read_bytes(folder_ / "part/metrics.jsonl");
  EXPECT_NE(metrics.find("{\"step\":5,\"cws\""), std::string::npos) << metrics;
  EXPECT_EQ(load_checkpoint(folder_ / "part/last.safetensors").info.config.model.channels, 8);
  EXPECT_NO_THROW(run("part", of("train.epochs=5"), true));
}

TEST_F(TrainerTest, ANumberThatIsNotFiniteStopsWithStepLayerAndFiles) {
  run("sick", {}, false, 2);
  const std::string state = folder_ / "sick/last.state.safetensors";
  TensorFile file = read_safetensors(state);
  for (auto& [name, tensor] : file.tensors)
    if (name == "model/spv_enc.1.v_enc.0.layers.1.bias") tensor.fill(NAN);
  write_safetensors(state, file);
  const std::string before = read_bytes(state);
  try {
    run("sick", {}, true);
    FAIL() << "no error";
  } catch (const DataError& e) {
    const std::string text = e.what();
    for (const char* part : {"step 3", "spv_enc.1.v_enc.0.layers.1", ".bin", "train.lr"})
      EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
  }
  EXPECT_EQ(read_bytes(state), before) << "a sick state must not be saved over the last one";
}

// As in the authors' network for nuScenes.
TEST_F(TrainerTest, ScalesThatRepeatTrainAndGoThroughAModelFile) {
  const std::vector<std::string> set{"model.scales=[2, 4, 8, 16, 16]"};
  run("repeated", set, false, 1);
  ASSERT_EQ(recorder_.steps.size(), 1u);
  EXPECT_TRUE(std::isfinite(recorder_.steps[0].loss));
  LoadedModel loaded = load_checkpoint(folder_ / "repeated/last.safetensors");
  EXPECT_EQ(loaded.info.config.model.scales, (std::vector<int>{2, 4, 8, 16, 16}));
  save_checkpoint(folder_ / "again.safetensors", *loaded.model, loaded.info);
  EXPECT_EQ(read_bytes(folder_ / "again.safetensors"),
            read_bytes(folder_ / "repeated/last.safetensors"));
  run("repeated", set, true);  // goes on where it stopped
  EXPECT_EQ(recorder_.steps.front().step, 2);
}

TEST_F(TrainerTest, LabelMapAndClassesMustAgree) {
  try {
    run("classes", {"model.classes=19"});
    ADD_FAILURE() << "no error";
  } catch (const UsageError& e) {
    for (const char* part : {"expected 20", "found 19", "leave the key out"})
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
  }
  EXPECT_FALSE(fs::exists(folder_ / "classes/last.safetensors"));
}

// A label map that says what the training scans hold weighs as counting them does.
TEST_F(TrainerTest, WeighsClassesByTheCountsAskedFor) {
  LabelMap map = load_label_map("semantic_kitti");
  const std::vector<double> counts =
      SemanticKittiDataset(folder_ / "data", {"0"}, map, {}).class_points();
  std::string text = "name: counted\nclasses:\n";
  for (std::size_t c = 0; c < counts.size(); ++c)
    text += str_cat("  - {name: ", map.class_names[c], ", raw: ", map.to_raw[c], ", color: [",
                    c + 1, ", 0, 0], points: ", c == 0 ? 0 : counts[c], "}\n");
  text += "raw:\n";
  for (const auto& [raw, of_class] : map.to_class) text += str_cat("  ", raw, ": ", of_class, "\n");
  write_text(folder_ / "counted.yaml", text);
  run("map", {"train.class_counts=label_map"});
  const double whole_data_set = recorder_.steps.at(0).loss;
  run("counted_map", {"data.label_map=" + (folder_ / "counted.yaml")});
  const double counted_map = recorder_.steps.at(0).loss;
  run("training_set", {"train.class_counts=training_set"});
  EXPECT_EQ(recorder_.steps.at(0).loss, counted_map);
  EXPECT_NE(counted_map, whole_data_set);
}

// Without counts every class would weigh the same, whatever train.class_weights says.
TEST_F(TrainerTest, CountsThePointsThatALabelMapDoesNot) {
  LabelMap map = load_label_map("semantic_kitti");
  map.point_counts.clear();
  write_text(folder_ / "own.yaml", to_yaml(map));
  run("counted", {"train.class_counts=training_set"});
  const double counted = recorder_.steps.at(0).loss;
  ::testing::internal::CaptureStderr();
  run("own", {"data.label_map=" + (folder_ / "own.yaml")});
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(recorder_.steps.at(0).loss, counted);
  EXPECT_NE(log.find("says no counts of points"), std::string::npos) << log;
}

TEST_F(TrainerTest, StartsFromTheWeightsOfAModelFile) {
  run("first", {"sds.enabled=false"});
  const std::string trained = folder_ / "first/last.safetensors";
  run("second", {"sds.enabled=false", "train.lr=1e-12", "train.weight_decay=0"}, false, 1, trained);
  const LoadedModel a = load_checkpoint(trained);
  const LoadedModel b = load_checkpoint(folder_ / "second/last.safetensors");
  const auto was = a.model->parameters(), is = b.model->parameters();
  for (std::size_t i = 0; i < was.size(); ++i)
    for (std::int64_t j = 0; j < was[i]->value().numel(); ++j)
      ASSERT_NEAR(is[i]->value().data<float>()[j], was[i]->value().data<float>()[j], 1e-8)
          << was[i]->name;
}

TEST_F(TrainerTest, RefusesToStartFromAnotherShape) {
  run("first", {"sds.enabled=false"});
  try {
    run("second", {"model.channels=12"}, false, 1, folder_ / "first/last.safetensors");
    FAIL() << "nothing was thrown";
  } catch (const UsageError& e) {
    const std::string what = e.what();
    EXPECT_NE(what.find("12 channels"), std::string::npos) << what;
    EXPECT_NE(what.find("8 channels"), std::string::npos) << what;
    EXPECT_NE(what.find("first/last.safetensors"), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace lsk3d
