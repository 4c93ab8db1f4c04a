// SPDX-License-Identifier: MIT
// Runs that are stopped, killed or out of disk go on as if nothing had happened.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <limits>
#include <memory>
#include <thread>

#include "cli/expect.h"
#include "cli/process.h"
#include "lsk3d/io/safetensors.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliResume : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_resume");
    write_tiny_dataset(*folder_ / "data", {{0, 6}, {8, 1}}, 1000);
    whole_ = lsk3d(train("whole"));
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(whole_)); }

  /// Saves after every step: many moments to be killed at.
  static std::vector<std::string> train(const std::string& run, bool resume = false) {
    std::vector<std::string> arguments{"train",
                                       "--config",
                                       tiny_config_path(),
                                       "--data",
                                       *folder_ / "data",
                                       "--out",
                                       *folder_ / run,
                                       "--set",
                                       "train.save_minutes=1e-9",
                                       "--set",
                                       "train.epochs=3",
                                       "--set",
                                       "train.batch_size=2",
                                       "--quiet"};
    if (resume) arguments.push_back("--resume");
    return arguments;
  }

  static std::int64_t steps(const std::string& run) {
    const std::string metrics = read_bytes(*folder_ / run + "/metrics.jsonl");
    std::int64_t count = 0;
    for (std::size_t at = 0; (at = metrics.find("\"loss\"", at)) != std::string::npos; ++at)
      ++count;
    return count;
  }

  /// Waits until the run has logged `wanted` steps or has ended.
  static void wait_for_steps(Process& process, const std::string& run, std::int64_t wanted) {
    while (process.running() && steps(run) < wanted)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  static void expect_equal_to_whole(const std::string& run) {
    for (const char* name : {"/last.safetensors", "/best.safetensors", "/last.state.safetensors"})
      EXPECT_TRUE(read_bytes(*folder_ / run + name) == read_bytes(*folder_ / "whole" + name))
          << run << name;
    EXPECT_EQ(steps(run), steps("whole"));
    EXPECT_TRUE(no_leftovers(run));
  }

  static bool no_leftovers(const std::string& run) {
    for (const auto& entry : fs::directory_iterator(*folder_ / run))
      if (entry.is_regular_file()) {
        const std::string name = entry.path().filename().string();
        if (name != "config.yaml" && name != "metrics.jsonl" && name != "last.safetensors" &&
            name != "best.safetensors" && name != "last.state.safetensors")
          return false;
      }
    return true;
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult whole_;
};
std::unique_ptr<ScratchFolder> CliResume::folder_;
ProcessResult CliResume::whole_;

TEST_F(CliResume, KilledAtAnyMomentItEndsBitForBitTheSame) {
  // After n steps, plus a delay that sweeps over saving, validating and loading.
  const std::vector<std::pair<std::int64_t, int>> moments{{1, 0}, {2, 2}, {3, 5}, {4, 1},
                                                          {5, 3}, {6, 8}, {7, 4}, {8, 6}};
  for (const auto& [step, delay] : moments) {
    const std::string run = "killed_" + std::to_string(step) + "_" + std::to_string(delay);
    {
      Process process(train(run));
      wait_for_steps(process, run, step);
      std::this_thread::sleep_for(std::chrono::milliseconds(delay));
      process.kill(SIGKILL);
      process.wait();
    }
    ASSERT_TRUE(fs::exists(*folder_ / run + "/last.state.safetensors"));
    ASSERT_TRUE(ok(lsk3d(train(run, true)))) << run;
    expect_equal_to_whole(run);
  }
}

TEST_F(CliResume, KilledAgainAndAgainItStillEndsTheSame) {
  const auto begun = [] { return fs::exists(*folder_ / "again/last.state.safetensors"); };
  int kills = 0;
  bool ended = false;
  for (int attempt = 0; attempt < 60 && !ended; ++attempt) {
    Process process(train("again", begun()));
    std::this_thread::sleep_for(std::chrono::milliseconds(25 + 5 * attempt));
    ended = !process.running();
    if (!ended) {
      process.kill(SIGKILL);
      ++kills;
    }
    const ProcessResult result = process.wait();
    if (ended) {
      ASSERT_TRUE(ok(result));
    }
  }
  EXPECT_GE(kills, 1);
  // A slow machine or a sanitized build was killed each time before its end.
  if (!ended) {
    ASSERT_TRUE(ok(lsk3d(train("again", begun()))));
  }
  for (const char* name : {"/last.safetensors", "/best.safetensors"})
    EXPECT_TRUE(read_bytes(*folder_ / "again" + name) == read_bytes(*folder_ / "whole" + name))
        << name;
}

TEST_F(CliResume, ASignalSavesAndSaysHowToGoOn) {
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143},
                                     std::pair{SIGHUP, 129}}) {
    const std::string run = "signal_" + std::to_string(signal);
    Process process(train(run));
    wait_for_steps(process, run, 2);
    process.kill(signal);
    const ProcessResult result = process.wait();
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_TRUE(contains(result.err, "lsk3d train --resume")) << result.err;
    EXPECT_TRUE(contains(result.err, run)) << result.err;
    EXPECT_TRUE(no_leftovers(run));
    ASSERT_TRUE(ok(lsk3d(train(run, true))));
    expect_equal_to_whole(run);
  }
}

TEST_F(CliResume, ResumesWithoutAConfigFile) {
  const std::string run = "plain";
  Process process(train(run));
  wait_for_steps(process, run, 3);
  process.kill(SIGTERM);
  process.wait();
  ASSERT_TRUE(ok(lsk3d(
      {"train", "--resume", "--data", *folder_ / "data", "--out", *folder_ / run, "--quiet"})));
  expect_equal_to_whole(run);
}

TEST_F(CliResume, SaysWhatIsFinishedAndGoesOnBeyondIt) {
  const std::string run = "beyond";
  ASSERT_TRUE(ok(lsk3d(train(run))));
  const auto resume = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"train", "--resume", "--data", *folder_ / "data",
                                       "--out", *folder_ / run};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  };
  EXPECT_TRUE(contains(resume({}).out, "already finished: 9 steps in 3 epochs"));
  EXPECT_TRUE(fails(resume({"--set", "train.epochs=2", "--quiet"}), 2,
                    {"train.epochs", "at least 3", "found 2"}));
  EXPECT_TRUE(fails(resume({"--set", "train.epochs=4", "--set", "train.lr=1", "--quiet"}), 2,
                    {"train.lr: expected ", "found 1"}));
  const ProcessResult longer = resume({"--set", "train.epochs=4"});
  EXPECT_TRUE(ok(longer));
  EXPECT_TRUE(contains(longer.out, "trained 12 steps in 4 epochs")) << longer.out;
  EXPECT_TRUE(contains(longer.err, "3 became 4; the schedule 'one_cycle'")) << longer.err;
  EXPECT_TRUE(contains(resume({}).out, "already finished: 12 steps in 4 epochs"));
}

TEST_F(CliResume, AFullDiskLeavesTheOldFiles) {
  const std::string run = "full";
  {
    Process process(train(run));
    wait_for_steps(process, run, 2);
    process.kill(SIGTERM);
    process.wait();
  }
  const std::string last = read_bytes(*folder_ / run + "/last.safetensors");
  const std::string state = read_bytes(*folder_ / run + "/last.state.safetensors");
  ASSERT_GT(last.size(), 60000u);
  // A file of at most 30 kB: the logs fit, a checkpoint does not.
  EXPECT_TRUE(fails(lsk3d(train(run, true), 30000), 3, {".safetensors", "cannot write"}));
  EXPECT_TRUE(read_bytes(*folder_ / run + "/last.safetensors") == last);
  EXPECT_TRUE(read_bytes(*folder_ / run + "/last.state.safetensors") == state);
  EXPECT_TRUE(no_leftovers(run));
  // The checkpoint fits, the larger training state does not.
  EXPECT_TRUE(fails(lsk3d(train(run, true), last.size() + 4096), 3, {"last.state.safetensors"}));
  EXPECT_TRUE(read_bytes(*folder_ / run + "/last.state.safetensors") == state);
  EXPECT_TRUE(no_leftovers(run));
  ASSERT_TRUE(ok(lsk3d(train(run, true))));
  expect_equal_to_whole(run);
}

TEST_F(CliResume, ALossThatIsNotANumberStopsWithStepFilesAndLayer) {
  const std::string run = "nan";
  {
    Process process(train(run));
    wait_for_steps(process, run, 2);
    process.kill(SIGTERM);
    process.wait();
  }
  const std::string path = *folder_ / run + "/last.state.safetensors";
  TensorFile state = read_safetensors(path);
  for (auto& [name, tensor] : state.tensors)
    if (name == "model/spv_enc.0.v_enc.1.layers.3.weight")
      tensor.fill(std::numeric_limits<float>::infinity());
  write_safetensors(path, state);
  EXPECT_TRUE(fails(lsk3d(train(run, true)), 3,
                    {"step", "loss", "spv_enc.0.v_enc.1.layers.3", ".bin", "train.lr"}));
}

TEST_F(CliResume, IgnoresAHangUpWhereItWasIgnoredBefore) {
  const std::string run = "nohup";
  const auto before = std::signal(SIGHUP, SIG_IGN);  // children inherit it
  Process process(train(run));
  std::signal(SIGHUP, before);
  wait_for_steps(process, run, 2);
  process.kill(SIGHUP);
  ASSERT_TRUE(ok(process.wait()));
  expect_equal_to_whole(run);
}

TEST_F(CliResume, AFolderInUseIsRefusedUntilItsProcessEnds) {
  const std::string run = "in_use";
  Process process(train(run));
  wait_for_steps(process, run, 2);
  process.kill(SIGSTOP);
  for (const bool resume : {false, true}) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(fails(lsk3d(train(run, resume)), 3,
                      {run + ": in use by process ", "on host", "lsk3d train", "another folder"}));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  }
  process.kill(SIGKILL);
  process.wait();
  ASSERT_TRUE(ok(lsk3d(train(run, true))));
  expect_equal_to_whole(run);
}

TEST_F(CliResume, ARunIsNotOverwritten) {
  EXPECT_TRUE(fails(lsk3d(train("whole")), 2, {"--resume", "whole"}));
  EXPECT_TRUE(fails(lsk3d(train("nothing", true)), 2, {"--resume", "nothing"}));
  EXPECT_FALSE(fs::exists(*folder_ / "nothing"));
}

}  // namespace
}  // namespace lsk3d::testing_support
