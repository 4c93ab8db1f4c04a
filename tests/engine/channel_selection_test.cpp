// SPDX-License-Identifier: MIT
#include "channel_selection.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "lsk3d/core/parallel.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/exporter.h"
#include "lsk3d/engine/trainer.h"
#include "support/expect_throw.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::read_bytes;
using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::write_tiny_dataset;

/// 6 steps in 2 epochs; cuts after steps 2 and 4, SDS updates after 4.
class Selection : public ::testing::Test, public TrainObserver {
 protected:
  Selection() : folder_("selection") { write_tiny_dataset(folder_ / "data", {{0, 3}, {8, 1}}); }

  void on_step(const StepReport&) override { ++steps_; }
  void on_channels_cut(std::int64_t step, const ModelSettings& m) override {
    cuts_.push_back({step, m.channels, m.inner_channels});
  }

  static std::vector<std::string> settings(const std::string& scope,
                                           const std::vector<std::string>& more = {}) {
    std::vector<std::string> set{"cws.enabled=true", "cws.scope=" + scope, "cws.start=0.33",
                                 "cws.stop=0.66", "cws.steps=2"};
    set.insert(set.end(), more.begin(), more.end());
    return set;
  }
  TrainResult run(const std::string& name, const std::vector<std::string>& set, bool resume = false,
                  std::int64_t stop_after = -1) {
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / name;
    options.resume = resume;
    steps_ = 0;
    cuts_.clear();
    options.should_stop = [this, stop_after] { return stop_after >= 0 && steps_ >= stop_after; };
    return train(load_config(tiny_config_path(), set), options, *this);
  }
  std::string at(const std::string& name) const { return folder_ / name; }

  ScratchFolder folder_;
  std::int64_t steps_ = 0;
  std::vector<std::array<std::int64_t, 3>> cuts_;  // step, channels, inner channels
};

using Cuts = std::vector<std::array<std::int64_t, 3>>;

TEST_F(Selection, TheWidthShrinksToTheDeployedOne) {
  run("stream", settings("stream"));
  EXPECT_EQ(cuts_, (Cuts{{2, 10, 0}, {4, 8, 0}}));
  run("inner", settings("inner"));
  EXPECT_EQ(cuts_, (Cuts{{2, 8, 10}, {4, 8, 0}}));
  run("both", settings("stream", {"model.inner_channels=4"}));
  EXPECT_EQ(cuts_, (Cuts{{2, 10, 6}, {4, 8, 4}}));  // 4 · 1.5 = 6 falls in one step
  for (const char* name : {"stream", "inner", "both"})
    for (const char* file : {"/last.safetensors", "/best.safetensors"}) {
      const LoadedModel loaded = load_checkpoint(at(name) + file);
      EXPECT_EQ(loaded.info.config.model.channels, 8);
      EXPECT_EQ(loaded.info.config.model.inner_channels, name == std::string("both") ? 4 : 0);
      EXPECT_EQ(loaded.model->sparse_parameters()[0]->value().dim(3), 8);
      EXPECT_EQ(loaded.model->sparse_parameters()[0]->value().dim(4),
                name == std::string("both") ? 4 : 8);
    }
  std::istringstream lines(read_bytes(at("stream/metrics.jsonl")));
  std::string line;
  std::vector<int> widths;
  while (std::getline(lines, line)) {
    const auto json = nlohmann::json::parse(line);
    if (json.contains("cws")) widths.push_back(json["cws"]["channels"]);
  }
  EXPECT_EQ(widths, (std::vector<int>{10, 8}));
}

TEST_F(Selection, ACheckpointInBetweenCarriesItsWidth) {
  for (const auto& [stop, width] :
       std::vector<std::pair<int, int>>{{1, 12}, {2, 10}, {3, 10}, {4, 8}}) {
    run("at" + std::to_string(stop), settings("stream"), false, stop);
    const LoadedModel loaded =
        load_checkpoint(at("at" + std::to_string(stop)) + "/last.safetensors");
    EXPECT_EQ(loaded.info.config.model.channels, width);
    EXPECT_EQ(loaded.model->sparse_parameters()[0]->value().dim(3), width);
  }
}

TEST_F(Selection, AResumedRunEqualsAnUninterruptedOne) {
  struct Case {
    std::string name, scope, granularity, importance, optimizer, growth;
  };
  for (const Case& c : {Case{"a", "stream", "element", "magnitude", "adamw", "random"},
                        Case{"b", "inner", "offset", "taylor", "sgd", "gradient"},
                        Case{"c", "stream", "block", "bn_scale", "sgd", "momentum"},
                        Case{"d", "stream", "2:4", "magnitude", "adamw", "random"}}) {
    const auto set =
        settings(c.scope, {"sds.granularity=" + c.granularity, "cws.importance=" + c.importance,
                           "train.optimizer=" + c.optimizer, "sds.growth=" + c.growth});
    run("whole_" + c.name, set);
    for (std::int64_t stop : {1, 2, 3, 4, 5}) {
      const std::string name = c.name + std::to_string(stop);
      run(name, set, false, stop);
      run(name, set, true);
      for (const char* file : {"/last.safetensors", "/best.safetensors", "/last.state.safetensors"})
        EXPECT_EQ(read_bytes(at(name) + file), read_bytes(at("whole_" + c.name) + file))
            << c.granularity << file << " after a stop at step " << stop;
    }
  }
}

TEST_F(Selection, NoBitDependsOnThreads) {
  const int before = num_threads();
  for (const std::string importance : {"magnitude", "taylor"}) {
    const auto set = settings("stream", {"cws.importance=" + importance});
    set_num_threads(1);
    run("one_" + importance, set);
    set_num_threads(2);
    run("two_" + importance, set);
    set_num_threads(before);
    EXPECT_EQ(read_bytes(at("one_" + importance) + "/last.state.safetensors"),
              read_bytes(at("two_" + importance) + "/last.state.safetensors"));
  }
}

TEST_F(Selection, SparsityAndBudgetsSurviveTheCuts) {
  for (const std::string granularity : {"element", "offset", "block"}) {
    run(granularity, settings("stream", {"model.channels=16", "sds.granularity=" + granularity,
                                         "cws.steps=4", "cws.start=0.1"}));
    const LoadedModel loaded = load_checkpoint(at(granularity) + "/last.safetensors");
    std::int64_t zeros = 0, all = 0;
    for (Parameter* p : loaded.model->sparse_parameters())
      for (float w : p->value().span<float>()) zeros += w == 0, ++all;
    EXPECT_NEAR(static_cast<double>(zeros) / static_cast<double>(all), 0.4, 0.03) << granularity;
    const ExportReport report =
        export_model(at(granularity) + "/last.safetensors", at("out.safetensors"));
    EXPECT_EQ(report.channels, 16);
  }
}

TEST(ModelAt, FollowsTheSchedule) {
  Config config = load_config(tiny_config_path());
  EXPECT_EQ(model_at(config, 0, 100).channels, 8);
  config.cws.enabled = true;
  EXPECT_EQ(model_at(config, 0, 100).channels, 12);
  EXPECT_EQ(model_at(config, 100, 100).channels, 8);
  config.cws.scope = "inner";
  EXPECT_EQ(model_at(config, 0, 100).channels, 8);
  EXPECT_EQ(model_at(config, 0, 100).inner_channels, 12);
  EXPECT_EQ(model_at(config, 100, 100).inner_channels, 0);
}

TEST(CwsConfig, BadSettingsNameKeyAndRange) {
  const auto with = [](std::vector<std::string> set) {
    set.push_back("cws.enabled=true");
    load_config(tiny_config_path(), set);
  };
  EXPECT_NO_THROW(with({}));
  LSK3D_EXPECT_THROW(with({"cws.width_factor=0.9"}), UsageError, "cws.width_factor", "from 1 to 8",
                     "0.9");
  LSK3D_EXPECT_THROW(with({"cws.scope=all"}), UsageError, "cws.scope", "stream", "inner");
  LSK3D_EXPECT_THROW(with({"cws.importance=size"}), UsageError, "cws.importance", "taylor");
  LSK3D_EXPECT_THROW(with({"cws.start=0.8"}), UsageError, "cws.start", "cws.stop", "0.8");
  LSK3D_EXPECT_THROW(with({"cws.stop=1.5"}), UsageError, "cws.stop", "from 0 to 1");
  LSK3D_EXPECT_THROW(with({"cws.steps=0"}), UsageError, "cws.steps", "from 1");
  LSK3D_EXPECT_THROW(with({"model.inner_channels=3"}), UsageError, "model.inner_channels", "even");
  LSK3D_EXPECT_THROW(with({"sds.granularity=2:4", "model.channels=6"}), UsageError,
                     "sds.granularity", "2:4", "multiples of 4", "6");
  LSK3D_EXPECT_THROW(with({"sds.sparsity=1.2"}), UsageError, "sds.sparsity", "1.2");
  LSK3D_EXPECT_THROW(with({"sds.partition=[0, 1, 2]"}), UsageError, "sds.partition",
                     "kernel size 3");
}

}  // namespace
}  // namespace lsk3d
