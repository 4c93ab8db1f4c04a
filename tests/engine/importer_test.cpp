// SPDX-License-Identifier: MIT
#include "lsk3d/engine/importer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/models/release_layout.h"
#include "release_masks.h"
#include "release_network.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::golden_path;
using testing_support::ScratchFolder;
using testing_support::write_text;

Config small_config(const std::vector<std::string>& more = {}) {
  std::vector<std::string> set{"model.channels=16", "model.kernel_size=5", "model.scales=[2, 4]"};
  set.insert(set.end(), more.begin(), more.end());
  return parse_config("", "test", set);
}

class ImporterTest : public ::testing::TestWithParam<std::string> {
 protected:
  ImporterTest() : folder_("importer") {}
  ScratchFolder folder_;
};

TEST_P(ImporterTest, TensorsEqualTheExpectedOnes) {
  const bool masked = GetParam().find("nomask") == std::string::npos;
  const std::string out = folder_ / "m.safetensors";
  const ImportReport report =
      import_release_checkpoint(golden_path("pt/" + GetParam()), small_config(), out);
  EXPECT_EQ(report.masks, masked ? 8 : 0);
  EXPECT_GT(report.tensors, 100);
  if (masked) {
    EXPECT_GT(report.sparsity, 0.1);
  }
  const LoadedModel loaded = load_checkpoint(out);
  EXPECT_EQ(loaded.info.config.model.normals, "reference");
  EXPECT_EQ(loaded.info.config.sds.enabled, masked);
  if (masked) {
    EXPECT_EQ(loaded.info.config.sds.partition, (std::vector<int>{0, 2, 3, 5}));
  }

  Lsk3dNet expected(small_config().model, small_config().voxels);
  load_release_state(expected, read_safetensors(golden_path("pt/small_expected.safetensors")));
  std::int64_t zeros = 0;
  for (std::size_t i = 0; i < expected.parameters().size(); ++i) {
    const auto a = std::as_const(expected.parameters()[i]->value()).span<float>();
    const auto b = std::as_const(loaded.model->parameters()[i]->value()).span<float>();
    for (std::size_t j = 0; j < a.size(); ++j) {
      const bool pruned = masked && b[j] == 0 && a[j] != 0;  // weights that only the mask makes 0
      zeros += pruned;
      ASSERT_TRUE(pruned || a[j] == b[j]) << expected.parameters()[i]->name << " " << j;
    }
  }
  if (!masked) {
    EXPECT_EQ(zeros, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Containers, ImporterTest,
                         ::testing::Values("small_zip.pt", "small_legacy.pt", "small_nomask_zip.pt",
                                           "small_nomask_legacy.pt"),
                         [](const auto& info) {
                           return info.param.substr(0, info.param.find('.'));
                         });

TEST(Importer, AModelOfAnotherShapeIsNamed) {
  const ScratchFolder folder("importer_shape");
  const auto message = [&](const std::vector<std::string>& set) {
    try {
      import_release_checkpoint(golden_path("pt/small_zip.pt"), small_config(set),
                                folder / "m.safetensors");
    } catch (const DataError& e) {
      return std::string(e.what());
    }
    return std::string("(no DataError)");
  };
  const auto expect = [&](const std::vector<std::string>& set, const std::string& part) {
    const std::string text = message(set);
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    EXPECT_NE(text.find("small_zip.pt"), std::string::npos) << text;
  };
  expect({"model.channels=8"}, "expected");
  expect({"model.kernel_size=3"}, "spv_enc.0.v_enc.0.layers.0.weight");
  expect({"model.scales=[2, 4, 8]"}, "spv_enc.2.");
  expect({"model.scales=[2]"}, "spv_enc.1.");
  EXPECT_FALSE(std::filesystem::exists(folder / "m.safetensors"));
  EXPECT_THROW(
      import_release_checkpoint(golden_path("pt/small_zip.pt"), small_config({"model.classes=19"}),
                                folder / "m.safetensors"),
      UsageError);
}

TEST(Importer, TheNetworkIsFoundFromTheFile) {
  const ScratchFolder folder("importer_found");
  for (const char* name : {"small_zip.pt", "small_legacy.pt", "small_nomask_zip.pt"}) {
    import_release_checkpoint(golden_path(std::string("pt/") + name), small_config(),
                              folder / "said.safetensors");
    testing::internal::CaptureStderr();
    import_release_checkpoint(golden_path(std::string("pt/") + name), ImportOptions{},
                              folder / "found.safetensors");
    const std::string log = testing::internal::GetCapturedStderr();
    for (const char* part : {name, "20 classes", "voxels.grid [2000, 2000, 120]",
                             "model.scales [2, 4]", "data.label_map semantic_kitti"})
      EXPECT_NE(log.find(part), std::string::npos) << part << " is not in: " << log;
    const LoadedModel said = load_checkpoint(folder / "said.safetensors"),
                      found = load_checkpoint(folder / "found.safetensors");
    Config expected = said.info.config;
    expected.sds.partition = {0, 2, 3, 5};  // also where no mask tells it
    EXPECT_EQ(to_yaml(found.info.config), to_yaml(expected)) << name;
    for (std::size_t i = 0; i < said.model->parameters().size(); ++i) {
      const auto a = std::as_const(said.model->parameters()[i]->value()).span<float>();
      const auto b = std::as_const(found.model->parameters()[i]->value()).span<float>();
      ASSERT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    }
  }
}

TEST(Importer, WhatIsSaidWinsAndMustAgree) {
  const ScratchFolder folder("importer_said");
  const std::string input = golden_path("pt/small_zip.pt"), out = folder / "m.safetensors";
  write_text(folder / "run.yaml",
             "model:\n  scales: [3, 6]\nvoxels:\n  grid: [500, 500, 30]\nsds: {enabled: true}\n");
  testing::internal::CaptureStderr();
  import_release_checkpoint(
      input, ImportOptions{folder / "run.yaml", {"data.label_map=semantic_kitti"}}, out);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("voxels.min [-50, -50, -4], voxels.max [50, 50, 2];"), std::string::npos)
      << log;
  const Config config = load_checkpoint(out).info.config;
  EXPECT_EQ(config.model.scales, (std::vector<int>{3, 6}));
  EXPECT_EQ(config.voxels.grid[0], 500);
  EXPECT_EQ(config.sds.partition, (std::vector<int>{0, 2, 3, 5}));

  std::filesystem::remove(out);
  write_text(folder / "wide.yaml", "model:\n  channels: 32\n");
  const auto message = [&](const ImportOptions& options) {
    try {
      import_release_checkpoint(input, options, out);
    } catch (const Error& e) {
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
      return std::string(e.what());
    }
    return std::string("(no error)");
  };
  const std::vector<std::pair<ImportOptions, std::vector<std::string>>> wrong{
      {{folder / "wide.yaml", {}},
       {"small_zip.pt: voxel_3d_generator.PPmodel.1.weight: expected [32, 13] for model.channels",
        "wide.yaml:2", "found [16, 13]", "leave model.channels out"}},
      {{"", {"model.classes=19"}}, {"classifier.2.weight", "--set model.classes=19", "[20, 128]"}},
      {{"", {"model.kernel_size=3"}}, {"3 x 3 x 3", "--set model.kernel_size=3", "5 x 5 x 5"}},
      {{"", {"model.inner_channels=8"}}, {"[8]", "--set model.inner_channels=8", "[16]"}},
      {{"", {"model.scales=[2, 4, 8]"}}, {"spv_enc.2.", "3 blocks", "found 2"}},
      {{"", {"model.scales=[2]"}}, {"spv_enc.1.", "1 blocks", "found 2"}},
      {{"", {"data.label_map=nuscenes"}},
       {"--set data.label_map=nuscenes: data.label_map", "20 classes", "small_zip.pt", "of 17"}},
  };
  for (const auto& [options, parts] : wrong) {
    const std::string text = message(options);
    for (const auto& part : parts)
      EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    EXPECT_FALSE(std::filesystem::exists(out));
  }
}

/// A state dictionary of the release with the network's shapes, all zero.
TensorFile release_state(const ModelSettings& settings) {
  Lsk3dNet model(settings, {}, std::nullopt);
  TensorFile file;
  file.path = "made.pt";
  for (const Parameter* p : model.parameters())
    file.add(p->name, to_release_layout(p->value(), p->name.ends_with("layers_in.0.weight")));
  return file;
}

TEST(ReleaseNetwork, IsFoundFromShapes) {
  ModelSettings settings;
  settings.channels = 6;
  for (const int classes : {17, 20, 26, 12})
    for (const int inner : {0, 4})
      for (const KernelSize kernel :
           {KernelSize::cube(3), KernelSize::cube(9), KernelSize{3, 5, 7}})
        for (const std::vector<int>& scales :
             {std::vector<int>{2}, {2, 4, 8, 16}, {2, 4, 8, 16, 16}}) {
          settings.classes = classes;
          settings.inner_channels = inner;
          settings.kernel = kernel;
          settings.scales = scales;
          const ReleaseNetwork found = find_network(release_state(settings), "");
          EXPECT_EQ(found.classes, classes);
          EXPECT_EQ(found.channels, 6);
          EXPECT_EQ(found.inner_channels, inner);
          EXPECT_EQ(found.kernel, kernel);
          EXPECT_EQ(found.blocks, static_cast<int>(scales.size()));
        }
}

TEST(ReleaseNetwork, StockConfigurationsAreTheShippedOnes) {
  const std::string folder = std::string(LSK3D_SOURCE_DIR) + "/configs/";
  for (const char* name :
       {"lsk3dnet_semantickitti.yaml", "lsk3dnet_semantickitti_multiscan.yaml"}) {
    const Config shipped = load_config(folder + name);
    const Config stock =
        stock_config({shipped.model.classes, shipped.model.channels, 0, shipped.model.kernel,
                      static_cast<int>(shipped.model.scales.size())});
    EXPECT_EQ(stock.data.label_map, shipped.data.label_map);
    EXPECT_EQ(stock.model.scales, shipped.model.scales);
    EXPECT_EQ(stock.sds.partition, shipped.sds.partition);
    EXPECT_EQ(stock.voxels.min, shipped.voxels.min);
    EXPECT_EQ(stock.voxels.max, shipped.voxels.max);
    EXPECT_EQ(stock.voxels.grid, shipped.voxels.grid);
  }
  const Config nuscenes = stock_config({17, 128, 0, KernelSize::cube(9), 5});
  EXPECT_EQ(nuscenes.data.label_map, "nuscenes");
  EXPECT_EQ(nuscenes.model.scales, (std::vector<int>{2, 4, 8, 16, 16}));
  EXPECT_EQ(nuscenes.voxels.grid, (std::array<int, 3>{1000, 1000, 70}));
  for (const auto& [k, cuts] : std::vector<std::pair<int, std::vector<int>>>{
           {3, {0, 1, 2, 3}}, {5, {0, 2, 3, 5}}, {7, {0, 2, 5, 7}}, {9, {0, 3, 6, 9}}, {1, {0, 1}}})
    EXPECT_EQ(stock_config({20, 8, 0, KernelSize::cube(k), 2}).sds.partition, cuts);
}

TEST(ReleaseNetwork, ImpossibleShapesAreNamed) {
  ModelSettings settings;
  settings.channels = 4;
  settings.kernel = KernelSize::cube(3);
  settings.scales = {2, 4};
  const auto message = [&](const std::string& name, const Tensor& tensor) {
    TensorFile file = release_state(settings);
    std::erase_if(file.tensors, [&](const auto& entry) { return entry.first == name; });
    if (tensor.defined()) file.add(name, tensor);
    try {
      find_network(file, "");
    } catch (const DataError& e) {
      return std::string(e.what());
    }
    return std::string("(no DataError)");
  };
  const std::string width = "voxel_3d_generator.PPmodel.1.weight", classes = "classifier.2.weight",
                    kernel = "spv_enc.0.v_enc.0.layers.0.weight",
                    other = "spv_enc.1.v_enc.1.layers.3.weight";
  for (const auto& [name, tensor] : std::vector<std::pair<std::string, Tensor>>{
           {width, {}},
           {width, Tensor::zeros({5, 13})},
           {width, Tensor::zeros({4})},
           {width, Tensor::zeros({100000, 0})},
           {classes, Tensor::zeros({1, 128})},
           {classes, Tensor::zeros({2000, 1})},
           {kernel, {}},
           {kernel, Tensor::zeros({4, 3, 3, 3})},
           {kernel, Tensor::zeros({4, 2, 3, 3, 4})},
           {kernel, Tensor::zeros({4, 3, 3, 3, 6})},
           {kernel, Tensor::zeros({3, 3, 3, 4, 4})},  // so few taps stand after the outputs
           {other, {}},
           {other, Tensor::zeros({4, 1, 1, 1, 4})}}) {
    const std::string text = message(name, tensor);
    EXPECT_NE(text.find(name), std::string::npos) << name << " is not in: " << text;
    EXPECT_NE(text.find("made.pt"), std::string::npos) << text;
  }
}

/// Masks that keep the weights whose input channel is even, in every group but the listed ones.
TensorFile masks_of(const Parameter& layer, const std::vector<int>& cuts,
                    const std::vector<int>& dense) {
  TensorFile file;
  file.path = "masks.pt";
  const int n = static_cast<int>(cuts.size()) - 1;
  const Shape& w = layer.value().shape();
  for (int g = 0; g < n * n * n; ++g) {
    if (std::find(dense.begin(), dense.end(), g) != dense.end()) continue;
    const auto extent = [&](int i) {
      return std::int64_t{cuts[static_cast<std::size_t>(i) + 1] -
                          cuts[static_cast<std::size_t>(i)]};
    };
    Tensor mask =
        Tensor::zeros({extent(g / (n * n)), extent(g / n % n), extent(g % n), w[4], w[3]});
    for (std::int64_t i = 0; i < mask.numel(); ++i)
      mask.data<float>()[i] = i % w[3] % 2 == 0 ? 1.0f : 0.0f;
    file.add("mask/" + layer.name + "/" + std::to_string(g), mask);
  }
  return file;
}

TEST(ReleaseMasks, PrunesWhatTheMasksSayAndFindsTheirPartition) {
  const Config config =
      parse_config("", "test", {"model.channels=4", "model.kernel_size=7", "model.scales=[2]"});
  Lsk3dNet model(config.model, config.voxels, 1);
  Parameter& layer = *model.sparse_parameters()[1];
  const Tensor before = layer.value().clone();
  const std::vector<int> cuts{0, 2, 5, 7};
  const ReleaseMasks masks =
      apply_release_masks(model, masks_of(layer, cuts, {13}), "mask/", {0, 3, 6, 9});
  EXPECT_EQ(masks.layers, 1);
  EXPECT_EQ(masks.partition, cuts);
  const auto centre = [](std::int64_t a) { return a >= 2 && a < 5; };
  for (std::int64_t i = 0; i < before.numel(); ++i) {
    const std::int64_t tap = i / 16, in = i / 4 % 4;
    const bool dense = centre(tap / 49) && centre(tap / 7 % 7) && centre(tap % 7);
    const float wanted = dense || in % 2 == 0 ? before.data<float>()[i] : 0.0f;
    ASSERT_EQ(layer.value().data<float>()[i], wanted) << i;
  }
}

TEST(ReleaseMasks, ImpossibleMasksAreNamed) {
  const Config config =
      parse_config("", "test", {"model.channels=4", "model.kernel_size=7", "model.scales=[2]"});
  Lsk3dNet model(config.model, config.voxels, 1);
  const std::string name = model.sparse_parameters()[0]->name;
  const auto message = [&](const std::string& mask, Shape shape) {
    TensorFile file;
    file.path = "masks.pt";
    file.add("mask/" + mask, Tensor::zeros(std::move(shape)));
    try {
      apply_release_masks(model, file, "mask/", {0, 2, 5, 7});
    } catch (const DataError& e) {
      return std::string(e.what());
    }
    return std::string("(no DataError)");
  };
  EXPECT_NE(message("no.layer/0", {2, 2, 2, 4, 4}).find("no.layer"), std::string::npos);
  EXPECT_NE(message(name + "/x", {2, 2, 2, 4, 4}).find("'x'"), std::string::npos);
  EXPECT_NE(message(name + "/0", {2, 2, 2, 4, 5}).find("[2, 2, 2, 4, 5]"), std::string::npos);
  EXPECT_NE(message(name + "/0", {8, 2, 2, 4, 4}).find(name), std::string::npos);
  EXPECT_NE(message(name + "/400", {2, 2, 2, 4, 4}).find("sds.partition"), std::string::npos);
  EXPECT_NE(message(name, {2, 2, 2, 4, 4}).find("no such layer"), std::string::npos);
}

}  // namespace
}  // namespace lsk3d
