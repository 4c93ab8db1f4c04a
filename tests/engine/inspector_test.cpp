// SPDX-License-Identifier: MIT
#include "lsk3d/engine/inspector.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "lsk3d/core/log.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/importer.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::golden_path;
using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::tiny_scan;
using testing_support::write_bytes;
using testing_support::write_text;

nlohmann::json inspected(const std::string& path, const std::string& scan = "") {
  const auto json = nlohmann::json::parse(inspect(path, {scan, true}));
  EXPECT_EQ(json.at("file_bytes"), std::filesystem::file_size(path));
  return json;
}

TEST(Inspector, CountsParametersZerosAndGroups) {
  const ScratchFolder folder("inspect");
  const Config config = load_config(tiny_config_path());
  Lsk3dNet model(config.model, config.voxels, 3);
  Parameter& layer = *model.sparse_parameters()[0];  // [3, 3, 3, 8, 8], groups of one tap each
  std::fill_n(layer.value().data<float>() + 5 * 64, 64 + 32, 0.0f);  // tap 5 and half of tap 6
  CheckpointInfo info;
  info.config = config;
  info.labels = load_label_map("semantic_kitti");
  save_checkpoint(folder / "m.safetensors", model, info);
  const auto json = inspected(folder / "m.safetensors");
  EXPECT_EQ(json.at("kind"), "model file");
  std::int64_t parameters = 0, rows = 0;
  for (const auto& row : json.at("layers")) {
    parameters += row.at("parameters").get<std::int64_t>();
    ++rows;
    if (row.at("name") != layer.name) continue;
    EXPECT_EQ(row.at("shape"), (std::vector<int>{3, 3, 3, 8, 8}));
    EXPECT_EQ(row.at("nonzero"), 27 * 64 - 96);
    ASSERT_EQ(row.at("group_density").size(), 27u);
    EXPECT_EQ(row.at("group_density")[4], 1.0);
    EXPECT_EQ(row.at("group_density")[5], 0.0);
    EXPECT_EQ(row.at("group_density")[6], 0.5);
  }
  EXPECT_EQ(rows, static_cast<std::int64_t>(model.parameters().size()));
  EXPECT_EQ(json.at("parameters"), parameters);
  const std::string text = inspect(folder / "m.safetensors");
  EXPECT_NE(text.find(layer.name), std::string::npos);
  EXPECT_NE(text.find("spatial group"), std::string::npos);
}

TEST(Inspector, CountsOperationsOnAScan) {
  const ScratchFolder folder("inspect_scan");
  // Two points in far-apart voxels: each kernel has its centre pairs only.
  const std::vector<float> points{10, 10, 0, 0.5f, -10, -10, 0, 0.5f, 200, 0, 0, 0.1f};
  write_bytes(folder / "two.bin", points.data(), points.size() * sizeof(float));
  const auto json = inspected(tiny_config_path(), folder / "two.bin");
  EXPECT_EQ(json.at("operations").at("points"), 2);
  double sum = 0;
  bool kernel = false, head = false;
  for (const auto& row : json.at("layers")) {
    sum += row.at("flops").get<double>();
    if (row.at("name") == "spv_enc.0.v_enc.0.layers.0.weight")
      kernel = row.at("flops") == 2.0 * 2 * 64;
    if (row.at("name") == "classifier.2.weight") head = row.at("flops") == 2.0 * 2 * 128 * 20;
  }
  EXPECT_TRUE(kernel);
  EXPECT_TRUE(head);
  EXPECT_DOUBLE_EQ(json.at("operations").at("flops").get<double>(), sum);
  EXPECT_NE(inspect(tiny_config_path(), {folder / "two.bin", false}).find("FLOP"),
            std::string::npos);
}

TEST(Inspector, KnowsScansCheckpointsAndForeignFiles) {
  const ScratchFolder folder("inspect_kinds");
  const auto scan = tiny_scan(1, 300);
  write_bytes(folder / "s.bin", scan.points.data(), scan.points.size() * sizeof(float));
  const auto json = inspected(folder / "s.bin");
  EXPECT_EQ(json.at("kind"), "scan");
  EXPECT_EQ(json.at("points"), 300);
  EXPECT_LT(json.at("in_volume").get<int>(), 300);
  EXPECT_GT(json.at("range").at("x")[1].get<double>(), 50);
  EXPECT_EQ(inspected(golden_path("pt/small_zip.pt")).at("kind"), "PyTorch checkpoint");
  EXPECT_EQ(inspected(golden_path("syn_k5_h8/model.safetensors")).at("kind"), "safetensors file");
  write_text(folder / "x.txt", "hello");
  EXPECT_THROW(inspect(folder / "x.txt"), DataError);
  EXPECT_THROW(inspect(folder / "absent.bin"), DataError);
  EXPECT_THROW(inspect(folder.path()), DataError);
  EXPECT_THROW(inspect(folder / "s.bin", {folder / "s.bin", false}), UsageError);
}

TEST(Inspector, ShowsTheSparsityOfAnImportedModel) {
  const ScratchFolder folder("inspect_import");
  const Config config =
      parse_config("", "test", {"model.channels=16", "model.kernel_size=5", "model.scales=[2, 4]"});
  const ImportReport report =
      import_release_checkpoint(golden_path("pt/small_zip.pt"), config, folder / "m.safetensors");
  const auto json = inspected(folder / "m.safetensors");
  EXPECT_NEAR(json.at("sparse_layers").at("sparsity").get<double>(), report.sparsity, 1e-12);
  EXPECT_EQ(json.at("sparse_layers").at("partition"), (std::vector<int>{0, 2, 3, 5}));
}

}  // namespace
}  // namespace lsk3d
