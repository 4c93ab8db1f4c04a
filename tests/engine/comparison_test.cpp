// SPDX-License-Identifier: MIT
// Every kind of large conv through training, checkpoint, export and inspection.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "lsk3d/core/parallel.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/exporter.h"
#include "lsk3d/engine/inspector.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/engine/trainer.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::read_bytes;
using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::write_tiny_dataset;

struct Kind {
  const char* name;
  std::vector<std::string> set;
  int packed;  // kernels that an export stores without zeros
};

const Kind kKinds[] = {
    {"depthwise", {"model.conv=depthwise", "sds.enabled=false"}, 0},
    {"shared",
     {"model.conv=shared", "model.shared_partition=[0, 2, 3, 5]", "sds.enabled=false"},
     0},
    {"slak", {"model.conv=depthwise", "sds.partition=[0, 5]", "model.channels=10"}, 8},
    {"depthwise_offset", {"model.conv=depthwise", "sds.granularity=offset"}, 8},
    {"depthwise_cws", {"model.conv=depthwise", "cws.enabled=true", "cws.steps=2"}, 8},
    {"shared_cws",
     {"model.conv=shared", "model.shared_partition=[0, 2, 3, 5]", "sds.enabled=false",
      "cws.enabled=true", "cws.steps=2"},
     0},
};

class Losses : public TrainObserver {
 public:
  void on_step(const StepReport& report) override { all.push_back(report.loss); }
  std::vector<double> all;
};

class Comparison : public ::testing::TestWithParam<Kind> {
 protected:
  Comparison() : folder_("comparison") { write_tiny_dataset(folder_ / "data", {{0, 3}, {8, 1}}); }

  std::string run(const std::string& name, std::vector<std::string> more = {},
                  std::int64_t stop_after = -1, bool resume = false) {
    std::vector<std::string> set{"model.kernel_size=5", "sds.partition=[0, 2, 3, 5]",
                                 "train.validate_every=0"};
    set.insert(set.end(), GetParam().set.begin(), GetParam().set.end());
    set.insert(set.end(), more.begin(), more.end());
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / name;
    options.resume = resume;
    losses_ = Losses();
    options.should_stop = [this, stop_after] {
      return stop_after >= 0 && static_cast<std::int64_t>(losses_.all.size()) >= stop_after;
    };
    train(load_config(tiny_config_path(), set), options, losses_);
    return folder_ / name + "/last.safetensors";
  }

  Tensor classes(const std::string& model) {
    LabelledScan labelled;
    labelled.scan = read_scan(folder_ / "data/sequences/08/velodyne/000000.bin");
    return predict_scan(*load_checkpoint(model).model, labelled, {}).classes;
  }

  ScratchFolder folder_;
  Losses losses_;
};

TEST_P(Comparison, LearnsTheScansItSees) {
  run("learn", {"train.epochs=20", "train.lr=0.01", "augmentation.rotate=false"});
  const std::size_t n = losses_.all.size();
  ASSERT_EQ(n, 60u);
  EXPECT_LT(losses_.all[n - 1], 0.8 * losses_.all[0]);
}

TEST_P(Comparison, ResumesToTheSameBits) {
  const std::string whole = run("whole");
  run("part", {}, 3);
  EXPECT_EQ(read_bytes(run("part", {}, -1, true)), read_bytes(whole));
}

TEST_P(Comparison, NoBitDependsOnTheNumberOfThreads) {
  const int before = num_threads();
  set_num_threads(1);
  const std::string one = run("one");
  set_num_threads(2);
  const std::string two = run("two");
  set_num_threads(before);
  EXPECT_EQ(read_bytes(one), read_bytes(two));
}

TEST_P(Comparison, AnExportPredictsTheSameAndIsInspected) {
  // Weights that an update has just regrown are still 0: none at the last step.
  const std::string model = run("model", {"train.epochs=4", "train.lr=0.01", "sds.update_every=5"});
  const std::string out = folder_ / "out.safetensors";
  const ExportReport report = export_model(model, out);
  EXPECT_EQ(report.packed, GetParam().packed);
  EXPECT_EQ(report.folded, 3 + 2 * 8);
  const Tensor a = classes(model), b = classes(out);
  std::int64_t same = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i)
    same += a.data<std::int32_t>()[i] == b.data<std::int32_t>()[i];
  EXPECT_GE(static_cast<double>(same), 0.999 * static_cast<double>(a.numel()));

  const auto json = nlohmann::json::parse(
      inspect(out, {.scan = folder_ / "data/sequences/08/velodyne/000000.bin", .json = true}));
  EXPECT_EQ(json.at("parameters"), report.parameters);
  if (GetParam().packed > 0) {
    EXPECT_NEAR(json.at("sparse_layers").at("sparsity").get<double>(), 0.4, 0.06);
    EXPECT_LT(json.at("operations").at("flops"), json.at("operations").at("flops_dense"));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Comparison, ::testing::ValuesIn(kKinds),
                         [](const auto& info) { return std::string(info.param.name); });

/// On one point all pairs are the centre's: operations counted by hand.
TEST(ComparisonInspect, CountsTheOperationsOfAKernel) {
  const ScratchFolder folder("comparison_inspect");
  const float point[] = {1.0f, 1.0f, 0.5f, 0.1f};
  testing_support::write_bytes(folder / "one.bin", point, sizeof point);
  const auto flops_of = [&](const std::string& conv, const std::string& layer) {
    testing_support::write_text(folder / "c.yaml", "base: " + tiny_config_path() +
                                                       "\nsds: {enabled: false}\nmodel: {conv: " +
                                                       conv + ", shared_partition: [0, 1, 3]}\n");
    const auto json = nlohmann::json::parse(
        inspect(folder / "c.yaml", {.scan = folder / "one.bin", .json = true}));
    for (const auto& row : json.at("layers"))
      if (row.at("name") == "spv_enc.0.v_enc.0.layers.0." + layer)
        return row.at("flops").get<double>();
    return -1.0;
  };
  EXPECT_EQ(flops_of("full", "weight"), 2 * 8 * 8);
  EXPECT_EQ(flops_of("depthwise", "depthwise.weight"), 2 * 8);
  EXPECT_EQ(flops_of("depthwise", "pointwise.weight"), 2 * 8 * 8);
  EXPECT_EQ(flops_of("shared", "weight"), 2 * 8 * 8 + 8);
}

}  // namespace
}  // namespace lsk3d
