// SPDX-License-Identifier: MIT
// What was trained survives what fails after it.
#include <gtest/gtest.h>

#include <filesystem>

#include "lsk3d/core/error.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/trainer.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;
using namespace testing_support;

class SavedRun : public ::testing::Test {
 protected:
  SavedRun() : folder_("saved_run") { write_tiny_dataset(folder_ / "data", {{0, 3}, {8, 2}}); }

  TrainResult run(const std::string& name, bool resume = false,
                  std::vector<std::string> set = {}) {
    set.insert(set.begin(), "data.skip_bad=false");
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / name;
    options.resume = resume;
    struct Counter : TrainObserver {
      void on_step(const StepReport&) override {
        if (++steps != full_after) return;
        fs::remove(metrics);
        fs::create_symlink("/dev/full", metrics);
      }
      int steps = 0, full_after = -1;
      std::string metrics;
    } counter;
    counter.full_after = full_after_;
    counter.metrics = options.run_dir + "/metrics.jsonl";
    const TrainResult result = train(load_config(tiny_config_path(), set), options, counter);
    steps_ = counter.steps;
    return result;
  }

  std::size_t lines_with(const std::string& name, const std::string& part) const {
    const std::string text = read_bytes(folder_ / name + "/metrics.jsonl");
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  void expect_as_whole(const std::string& name) {
    for (const char* file : {"/last.safetensors", "/best.safetensors", "/last.state.safetensors"})
      EXPECT_EQ(read_bytes(folder_ / name + file), read_bytes(folder_ / "whole" + file)) << file;
    EXPECT_EQ(lines_with(name, "\"loss\""), 6u);
    EXPECT_EQ(lines_with(name, "\"valid\""), 2u);
  }

  ScratchFolder folder_;
  int steps_ = 0, full_after_ = -1;  // at which step the disk becomes full
};

TEST_F(SavedRun, AValidationThatFailsLosesNoStepAndIsDoneOnResuming) {
  run("whole");
  const std::string scan = folder_ / "data/sequences/08/velodyne/000001.bin";
  const std::string good = read_bytes(scan);
  write_text(scan, "cut");
  EXPECT_THROW(run("part"), DataError);
  EXPECT_TRUE(fs::exists(folder_ / "part/last.safetensors"));
  EXPECT_EQ(load_checkpoint(folder_ / "part/last.safetensors").info.step, 3);
  EXPECT_THROW(run("part", true), DataError);  // still cut
  write_text(scan, good);
  run("part", true);
  EXPECT_EQ(steps_, 3);  // those of the second epoch
  expect_as_whole("part");
}

TEST_F(SavedRun, ABadScanThatEndedARunCanBeLeftOutOnResuming) {
  write_text(folder_ / "data/sequences/08/velodyne/000001.bin", "cut");
  EXPECT_THROW(run("part"), DataError);
  EXPECT_EQ(run("part", true, {"data.skip_bad=true"}).steps, 6);
}

TEST_F(SavedRun, AReportThatCannotBeWrittenLosesNoStep) {
  run("whole");
  fs::create_directories(folder_ / "part/report/valid.json/in_the_way");
  EXPECT_THROW(run("part"), DataError);
  EXPECT_EQ(load_checkpoint(folder_ / "part/last.safetensors").info.step, 3);
  fs::remove_all(folder_ / "part/report/valid.json");
  run("part", true);
  EXPECT_EQ(steps_, 3);
  expect_as_whole("part");
}

TEST_F(SavedRun, ALogThatCannotBeWrittenLosesNoStep) {
  run("whole");
  full_after_ = 2;
  EXPECT_THROW(run("part"), DataError);
  full_after_ = -1;
  fs::remove(folder_ / "part/metrics.jsonl");
  run("part", true);
  EXPECT_EQ(steps_, 4);  // the first two are not done again
  for (const char* file : {"/last.safetensors", "/best.safetensors", "/last.state.safetensors"})
    EXPECT_EQ(read_bytes(folder_ / "part" + file), read_bytes(folder_ / "whole" + file)) << file;
}

TEST_F(SavedRun, NothingThatLiesInTheFolderIsOverwritten) {
  for (const char* name : {"last.safetensors", "best.safetensors", "metrics.jsonl", "config.yaml"}) {
    const std::string run_name = std::string("with_") + name;
    write_text(folder_ / run_name + "/" + name, "mine: 1\n");
    EXPECT_THROW(run(run_name), UsageError) << name;
    EXPECT_EQ(read_bytes(folder_ / run_name + "/" + name), "mine: 1\n");
  }
  write_text(folder_ / "notes/notes.txt", "x");
  EXPECT_NO_THROW(run("notes"));
}

}  // namespace
}  // namespace lsk3d
