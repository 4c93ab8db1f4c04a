// SPDX-License-Identifier: MIT
// Files of every version of the format stay readable and mean what they meant: tests/golden/model_v*
// hold some of each, with the labels that the program of their time gave.
#include <gtest/gtest.h>

#include <filesystem>

#include "lsk3d/core/error.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/exporter.h"
#include "lsk3d/engine/inspector.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/engine/trainer.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;
using testing_support::ScratchFolder;
using testing_support::write_tiny_dataset;

constexpr const char* kModels[] = {"trained", "exported_f32", "exported_bf16", "own_labels"};

class EarlierFiles : public ::testing::TestWithParam<int> {
 protected:
  static std::string golden(const std::string& name) {
    return std::string(LSK3D_SOURCE_DIR) + "/tests/golden/model_v" + std::to_string(GetParam()) +
           "/" + name;
  }
  static std::string model_path(const std::string& name) { return golden(name + ".safetensors"); }

  /// Raw ids of golden scan.bin.
  static Tensor predicted(const LoadedModel& loaded, const LabelMap& labels) {
    LabelledScan scan;
    scan.scan = read_scan(golden("scan.bin"));
    return labels.raw_of(predict_scan(*loaded.model, scan, {}).classes);
  }

  static void expect_labels_of_then(const std::string& name, const Tensor& raw) {
    const Tensor then = read_labels(golden(name + ".label"));
    ASSERT_EQ(raw.numel(), then.numel());
    for (std::int64_t i = 0; i < raw.numel(); ++i)
      EXPECT_EQ(raw.data<std::int32_t>()[i], then.data<std::int32_t>()[i])
          << name << ", point " << i;
  }
};

TEST_P(EarlierFiles, HaveTheVersionTheyStandFor) {
  const auto metadata = read_safetensors_header(model_path("trained")).metadata;
  EXPECT_EQ(metadata.at("version"), std::to_string(GetParam()));
}

TEST_P(EarlierFiles, PredictTheLabelsThatTheyDid) {
  for (const std::string name : kModels) {
    SCOPED_TRACE(name);
    const LoadedModel loaded = load_checkpoint(model_path(name));
    const bool lost = name == "own_labels" && GetParam() == 1;  // its map lay beside it
    const LabelMap labels = label_map_of(loaded.info, lost ? golden("ground.yaml") : "");
    expect_labels_of_then(name, predicted(loaded, labels));
  }
}

TEST_P(EarlierFiles, AMapThatIsLostIsAskedFor) {
  const LoadedModel loaded = load_checkpoint(model_path("own_labels"));
  EXPECT_EQ(loaded.info.labels.class_names,
            (std::vector<std::string>{"unlabeled", "terrain", "things"}));
  if (GetParam() > 1) {
    EXPECT_EQ(label_map_of(loaded.info).to_raw, (std::vector<std::int32_t>{0, 1040, 1070}));
    return;
  }
  try {
    label_map_of(loaded.info);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("--label-map FILE"), std::string::npos) << message;
    EXPECT_NE(message.find("ground.yaml"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST_P(EarlierFiles, AreInspectedAndExported) {
  const ScratchFolder folder("earlier_export");
  for (const std::string name : kModels) {
    SCOPED_TRACE(name);
    EXPECT_NE(inspect(model_path(name)).find("channels"), std::string::npos);
    export_model(model_path(name), folder / (name + ".safetensors"));
    EXPECT_TRUE(load_checkpoint(folder / (name + ".safetensors")).model);
  }
  // What was lost stays lost, until it is given.
  const LoadedModel again = load_checkpoint(folder / "own_labels.safetensors");
  if (GetParam() == 1) {
    EXPECT_THROW(label_map_of(again.info), UsageError);
  }
  export_model(model_path("own_labels"), folder / "mended.safetensors", DType::f32,
               std::string(LSK3D_SOURCE_DIR) + "/tests/golden/model_v1/ground.yaml");
  const LoadedModel mended = load_checkpoint(folder / "mended.safetensors");
  expect_labels_of_then("own_labels", predicted(mended, label_map_of(mended.info)));
  EXPECT_NE(inspect(golden("run/last.state.safetensors")).find("training state"), std::string::npos);
}

TEST_P(EarlierFiles, ATrainingGoesOn) {
  const ScratchFolder folder("earlier_run");
  fs::copy(golden("run"), folder / "run", fs::copy_options::recursive);
  write_tiny_dataset(folder / "data", {{0, 4}, {8, 1}}, 60);
  const auto step_of = [&] {
    return load_checkpoint(folder / "run/last.safetensors").info.step;
  };
  const std::int64_t before = step_of();
  TrainOptions options;
  options.data_dir = folder / "data";
  options.run_dir = folder / "run";
  options.resume = true;
  TrainObserver observer;
  const TrainResult result = train(load_config(folder / "run/config.yaml"), options, observer);
  EXPECT_FALSE(result.interrupted);
  EXPECT_GT(before, 0);
  EXPECT_GT(result.steps, before);
  EXPECT_EQ(step_of(), result.steps);
  // What it writes is of today.
  const auto metadata = read_safetensors_header(folder / "run/last.safetensors").metadata;
  EXPECT_EQ(metadata.at("version"), std::to_string(kCheckpointVersion));
}

INSTANTIATE_TEST_SUITE_P(Version, EarlierFiles, ::testing::Range(1, kCheckpointVersion + 1),
                         [](const auto& info) { return std::to_string(info.param); });

}  // namespace
}  // namespace lsk3d
