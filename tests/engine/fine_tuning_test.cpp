// SPDX-License-Identifier: MIT
// Runs that start from a model file.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "lsk3d/core/error.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/evaluator.h"
#include "lsk3d/engine/exporter.h"
#include "lsk3d/engine/trainer.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using namespace testing_support;

class FineTuning : public ::testing::Test {
 protected:
  FineTuning() : folder_("fine_tuning") { write_tiny_dataset(folder_ / "data", {{0, 3}, {8, 2}}); }

  /// `set`: on purpose, as on a command line.
  std::string run(const std::string& name, const std::vector<std::string>& set,
                  const std::string& init = "") {
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / name;
    options.init = init;
    for (const auto& assignment : set)
      options.set_keys.push_back(assignment.substr(0, assignment.find('=')));
    TrainObserver observer;
    ::testing::internal::CaptureStderr();
    try {
      train(load_config(tiny_config_path(), set), options, observer);
    } catch (...) {
      log_ = ::testing::internal::GetCapturedStderr();
      throw;
    }
    log_ = ::testing::internal::GetCapturedStderr();
    return folder_ / name + "/last.safetensors";
  }

  void expect_refused(const std::vector<std::string>& set, const std::string& init,
                      const std::vector<std::string>& parts) {
    try {
      run("refused", set, init);
      FAIL() << "nothing was thrown";
    } catch (const UsageError& error) {
      for (const auto& part : parts)
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "refused/last.safetensors"));
  }

  bool said(const std::string& part) const { return log_.find(part) != std::string::npos; }

  ScratchFolder folder_;
  std::string log_;
};

/// Weights of the large kernels that are zero in both, in the first alone, in the second alone.
struct Zeros {
  std::int64_t both = 0, first = 0, second = 0, changed = 0;
};

Zeros compare(const LoadedModel& a, const LoadedModel& b) {
  Zeros zeros;
  const auto of_a = a.model->sparse_parameters(), of_b = b.model->sparse_parameters();
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    const auto x = std::as_const(of_a[i]->value()).span<float>();
    const auto y = std::as_const(of_b[i]->value()).span<float>();
    for (std::size_t j = 0; j < x.size(); ++j) {
      zeros.both += x[j] == 0 && y[j] == 0;
      zeros.first += x[j] == 0 && y[j] != 0;
      zeros.second += x[j] != 0 && y[j] == 0;
      zeros.changed += x[j] != y[j];
    }
  }
  return zeros;
}

const std::vector<std::string> kAnotherInput{"model.normals=reference", "voxels.grid=[100, 100, 12]",
                                             "sds.partition=[0, 3]", "sds.sparsity=0.55",
                                             "sensor.fov_up=10"};

TEST_F(FineTuning, WithoutLearningTheModelStaysWhatItIs) {
  for (const std::string granularity : {"element", "offset", "2:4"}) {
    std::vector<std::string> set = kAnotherInput;
    set.push_back("sds.granularity=" + granularity);
    const std::string first = run("a_" + granularity, set);
    const std::string second =
        run("b_" + granularity, {"train.lr=0", "sds.stop_epoch=0"}, first);
    LoadedModel a = load_checkpoint(first), b = load_checkpoint(second);
    for (std::size_t i = 0; i < a.model->parameters().size(); ++i) {
      const Tensor &x = a.model->parameters()[i]->value(), &y = b.model->parameters()[i]->value();
      EXPECT_EQ(std::memcmp(x.raw(), y.raw(), x.bytes()), 0) << a.model->parameters()[i]->name;
    }
    EXPECT_EQ(b.info.config.model.normals, "reference");
    EXPECT_EQ(b.info.config.voxels.grid, a.info.config.voxels.grid);
    EXPECT_EQ(b.info.config.sds.partition, a.info.config.sds.partition);
    EXPECT_EQ(b.info.config.sds.granularity, granularity);
    EXPECT_EQ(b.info.config.model.sensor.fov_up, 10);
    for (const char* part : {"takes over", "model.normals reference (not range_image)",
                             "voxels.grid [100, 100, 12] (not [200, 200, 12])", "sds.sparsity 0.55",
                             "sensor.fov_up 10"})
      EXPECT_TRUE(said(part)) << part << " is not in " << log_;
    // All that moved are the running statistics of the batch norms.
    for (std::size_t i = 0; i < a.model->buffers().size(); ++i)
      b.model->buffers()[i]->value.copy_from(a.model->buffers()[i]->value);
    const SemanticKittiDataset data(folder_ / "data", {"8"}, a.info.labels, {});
    EXPECT_EQ(evaluate(*a.model, data, {}, "api").report.miou,
              evaluate(*b.model, data, {}, "api").report.miou);
  }
}

TEST_F(FineTuning, MasksStayWhereUpdatesAreOffAndKeepTheirSparsityWhereTheyAreOn) {
  for (const std::string granularity : {"element", "offset"}) {
    const std::string first =
        run("a_" + granularity, {"sds.granularity=" + granularity, "sds.partition=[0, 3]"});
    const LoadedModel a = load_checkpoint(first);
    const Zeros fixed = compare(
        a, load_checkpoint(run("fixed_" + granularity, {"sds.stop_epoch=0"}, first)));
    EXPECT_EQ(fixed.first, 0);
    EXPECT_LT(fixed.second, 3);  // a weight may end at zero
    EXPECT_GT(fixed.changed, 1000);
    const Zeros moving = compare(
        a, load_checkpoint(run("moving_" + granularity, {"sds.update_every=2"}, first)));
    EXPECT_GT(moving.first, 0);
    EXPECT_GE(moving.second, moving.first);
    EXPECT_LT(moving.second, moving.both);
  }
}

TEST_F(FineTuning, PrunedWeightsDoNotFillUpUnasked) {
  const std::string first = run("a", {});
  {
    Config config = load_config(tiny_config_path());
    config.sds.enabled = false;  // in the file
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / "b";
    options.init = first;
    TrainObserver observer;
    try {
      train(config, options, observer);
      FAIL() << "nothing was thrown";
    } catch (const UsageError& error) {
      for (const char* part : {"40 %", "sds.enabled", "sds.stop_epoch=0", "a/last.safetensors"})
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  run("filled", {"sds.enabled=false"}, first);
  EXPECT_TRUE(said("fill up")) << log_;
  EXPECT_EQ(load_checkpoint(folder_ / "filled/last.safetensors").info.config.sds.enabled, false);
}

TEST_F(FineTuning, WhatTheMasksContradictIsRefused) {
  const std::string first = run("a", {});
  expect_refused({"sds.sparsity=0.6"}, first, {"sds.sparsity", "0.4", "0.6"});
  expect_refused({"sds.granularity=offset"}, first, {"sds.granularity", "'offset'"});
  expect_refused({"sds.granularity=2:4"}, first, {"sds.granularity", "2:4"});
  run("parts", {"sds.partition=[0, 3]"}, first);  // groups of another size are no contradiction
  EXPECT_TRUE(said("sds.partition [0, 3] (there [0, 1, 2, 3])")) << log_;
}

TEST_F(FineTuning, WhatIsSetOnPurposeStaysAndIsSaid) {
  const std::string first = run("a", {});
  const std::string second = run("b", {"voxels.grid=[150, 150, 12]", "sensor.height=2"}, first);
  EXPECT_EQ(load_checkpoint(second).info.config.voxels.grid[0], 150);
  EXPECT_TRUE(said("voxels.grid [150, 150, 12] (there [200, 200, 12])")) << log_;
}

TEST_F(FineTuning, ADenseModelIsPrunedAtRandomAndThatIsSaid) {
  const std::string first = run("a", {"sds.enabled=false"});
  run("b", {}, first);
  EXPECT_TRUE(said("draws masks at random")) << log_;
}

TEST_F(FineTuning, AnExportedOrNarrowerModelIsRefused) {
  const std::string first = run("a", {});
  export_model(first, folder_ / "exported.safetensors", DType::f32);
  expect_refused({}, folder_ / "exported.safetensors", {"exported", "batch norms"});
  expect_refused({"cws.enabled=true"}, first, {"8 channels", "cws.enabled=false"});
}

}  // namespace
}  // namespace lsk3d
