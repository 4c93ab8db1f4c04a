// SPDX-License-Identifier: MIT
#include "lsk3d/engine/importer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/models/release_layout.h"
#include "release_masks.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::golden_path;
using testing_support::ScratchFolder;

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
