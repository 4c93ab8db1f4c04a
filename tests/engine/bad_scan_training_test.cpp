// SPDX-License-Identifier: MIT
// Training and evaluation with scans that cannot be used.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <limits>

#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/evaluator.h"
#include "lsk3d/engine/trainer.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;
using namespace testing_support;

class BadScanTraining : public ::testing::Test {
 protected:
  BadScanTraining() : folder_("bad_scan_training") {
    write_tiny_dataset(folder_ / "data", {{0, 4}, {8, 2}});
  }

  /// Replaces the points of a scan by NaN.
  void spoil(const std::string& scan) {
    TinyScan bad = tiny_scan(1, 30);
    for (float& value : bad.points) value = std::numeric_limits<float>::quiet_NaN();
    const fs::path path = folder_ / ("data/sequences/" + scan);
    write_scan(path.parent_path().string(), path.filename().string(), bad);
  }

  TrainResult run(const std::string& name, std::vector<std::string> set = {}, bool resume = false,
                  std::int64_t stop_after = -1) {
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / name;
    options.resume = resume;
    std::int64_t steps = 0;
    struct Counter : TrainObserver {
      explicit Counter(std::int64_t& steps) : steps_(steps) {}
      void on_step(const StepReport&) override { ++steps_; }
      std::int64_t& steps_;
    } counter(steps);
    options.should_stop = [&] { return stop_after >= 0 && steps >= stop_after; };
    ::testing::internal::CaptureStderr();
    try {
      const TrainResult result = train(load_config(tiny_config_path(), set), options, counter);
      log_ = ::testing::internal::GetCapturedStderr();
      return result;
    } catch (...) {
      log_ = ::testing::internal::GetCapturedStderr();
      throw;
    }
  }

  std::size_t times(const std::string& part) const {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = log_.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  void expect_error(const std::string& name, const std::vector<std::string>& set,
                    const std::vector<std::string>& parts) {
    try {
      run(name, set);
      FAIL() << "no error";
    } catch (const DataError& error) {
      for (const auto& part : parts)
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }

  ScratchFolder folder_;
  std::string log_;
};

TEST_F(BadScanTraining, TheRestGoesOnAndTheBadOnesAreCounted) {
  spoil("00/000001");
  fs::remove(folder_ / "data/sequences/00/labels/000002.label");
  spoil("08/000001");
  const TrainResult result = run("a");
  EXPECT_EQ(result.steps, 4);  // two of three scans, two epochs
  EXPECT_EQ(times("00/velodyne/000001.bin: expected at least one point"), 1u) << log_;
  EXPECT_EQ(times("08/velodyne/000001.bin: expected at least one point"), 1u) << log_;
  EXPECT_EQ(times("training: 2 of 4 scans left out"), 1u) << log_;
  EXPECT_EQ(times("validation: 1 of 2 scans left out"), 1u) << log_;
  EXPECT_NE(read_bytes(folder_ / "a/report/valid.json").find("\"left_out\": 1"),
            std::string::npos);
  EXPECT_NE(read_bytes(folder_ / "a/report/valid.txt").find("1 scans (1 left out)"),
            std::string::npos);
}

TEST_F(BadScanTraining, TheFirstEndsTheWorkWhereNoneMayBeLeftOut) {
  spoil("00/000001");
  expect_error("train", {"data.skip_bad=false"}, {"00/velodyne/000001.bin"});
  write_tiny_dataset(folder_ / "data", {{0, 4}});
  spoil("08/000001");
  expect_error("valid", {"data.skip_bad=false"}, {"08/velodyne/000001.bin"});
  fs::remove(folder_ / "data/sequences/00/labels/000002.label");
  expect_error("label", {"data.skip_bad=false"}, {"00/labels/000002.label"});
}

TEST_F(BadScanTraining, ResumedItGivesTheSameBitsWhateverTheWorkers) {
  spoil("00/000001");
  const std::vector<std::string> set{"train.batch_size=2", "train.epochs=3"};
  run("whole", set);
  for (const std::int64_t stop : {1, 2, 3, 4}) {
    const std::string name = "part" + std::to_string(stop);
    EXPECT_TRUE(run(name, set, false, stop).interrupted);
    run(name, {"train.batch_size=2", "train.epochs=3", "train.workers=3"}, true);
    const LoadedModel a = load_checkpoint(folder_ / "whole/last.safetensors");
    const LoadedModel b = load_checkpoint(folder_ / name + "/last.safetensors");
    for (std::size_t i = 0; i < a.model->parameters().size(); ++i) {
      const Tensor &x = a.model->parameters()[i]->value(), &y = b.model->parameters()[i]->value();
      EXPECT_EQ(std::memcmp(x.raw(), y.raw(), x.bytes()), 0) << a.model->parameters()[i]->name;
    }
  }
}

TEST_F(BadScanTraining, ATrainingSetOfBadScansIsAnError) {
  for (const char* scan : {"00/000000", "00/000001", "00/000002", "00/000003"}) spoil(scan);
  expect_error("a", {}, {"none of the 4 scans can be used", "00/velodyne/000000.bin", "finite"});
}

TEST_F(BadScanTraining, ATrainingSetWithoutALabelledPointIsAnError) {
  for (int i = 0; i < 4; ++i) {
    TinyScan scan = tiny_scan(static_cast<std::uint64_t>(i));
    for (auto& label : scan.labels) label = 0;
    write_scan(folder_ / "data/sequences/00", "00000" + std::to_string(i), scan);
  }
  expect_error("a", {}, {"points with labels", "4 scans"});
  expect_error("b", {"train.class_counts=training_set"}, {"points with labels"});
}

TEST_F(BadScanTraining, AValidationSetOfBadScansIsSaidAndTrainingGoesOn) {
  spoil("08/000000");
  spoil("08/000001");
  EXPECT_EQ(run("a").steps, 8);
  EXPECT_EQ(times("none of the 2 scans can be used"), 2u) << log_;
  EXPECT_TRUE(fs::exists(folder_ / "a/last.safetensors"));
  EXPECT_FALSE(fs::exists(folder_ / "a/best.safetensors"));
}

TEST_F(BadScanTraining, EvaluationLeavesThemOutToo) {
  run("a", {"train.epochs=1"});
  spoil("08/000001");
  const LoadedModel model = load_checkpoint(folder_ / "a/last.safetensors");
  const auto set = [&](const std::string& sequence, bool skip) {
    return SemanticKittiDataset(folder_ / "data", {sequence}, load_label_map("semantic_kitti"),
                                {true, skip, {}});
  };
  const EvalResult result = evaluate(*model.model, set("8", true), {}, "api");
  EXPECT_EQ(result.scans, 1);
  EXPECT_EQ(result.left_out, 1);
  EXPECT_THROW(evaluate(*model.model, set("8", false), {}, "api"), DataError);
}

}  // namespace
}  // namespace lsk3d
