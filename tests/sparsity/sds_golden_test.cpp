// SPDX-License-Identifier: MIT
// The release's densities, magnitude prune, counts to regrow and prune-rate curve.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "erk.h"
#include "lsk3d/io/safetensors.h"
#include "sparsity/sds_model.h"
#include "spatial_groups.h"
#include "support/golden.h"

namespace lsk3d::testing_support {
namespace {

nlohmann::json figures() {
  std::ifstream file(golden_path("sds/sds.json"));
  return nlohmann::json::parse(file);
}

/// [kz, ky, kx, out, in] to [kz, ky, kx, in, out].
template <typename T>
Tensor swapped(const Tensor& from) {
  Shape shape = from.shape();
  const std::int64_t rows = shape[3], columns = shape[4];
  std::swap(shape[3], shape[4]);
  Tensor to = Tensor::empty(shape, from.dtype());
  for (std::int64_t i = 0; i < from.numel(); ++i) {
    const std::int64_t k = i / (rows * columns), r = i / columns % rows, c = i % columns;
    to.data<T>()[(k * columns + c) * rows + r] = from.data<T>()[i];
  }
  return to;
}

struct GoldenSds {
  GoldenSds() : file(read_safetensors(golden_path("sds/sds.safetensors"))) {
    for (const auto& [name, tensor] : file.tensors)
      if (name.starts_with("mask0.")) layers.push_back(name.substr(6));
  }
  TensorFile file;
  std::vector<std::string> layers;
};

TEST(SdsGolden, ErkDensityOfEveryGroup) {
  const auto wanted = figures().at("erk_density_per_layer_group");
  const GoldenSds golden;
  std::vector<Shape> shapes;
  std::vector<std::string> names;
  for (const auto& layer : golden.layers) {
    const Shape shape = golden.file.at("mask0." + layer).shape();
    const auto groups = make_spatial_groups({shape[0], shape[1], shape[2]}, {0, 2, 3, 5}, layer);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const auto& extent = groups[g].extent;
      shapes.push_back({extent[0], extent[1], extent[2], shape[4], shape[3]});
      names.push_back(layer + "/" + std::to_string(g));
    }
  }
  ASSERT_EQ(names.size(), wanted.size());
  const auto densities = erk_densities(shapes, 0.4);
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_NEAR(densities[i], wanted.at(names[i]).get<double>(), 1e-6) << names[i];
}

TEST(SdsGolden, MagnitudePruneAndRegrowCounts) {
  const GoldenSds golden;
  std::deque<Parameter> parameters;
  std::vector<Parameter*> list;
  Masks masks;
  for (const auto& layer : golden.layers) {
    const Tensor weight = swapped<float>(golden.file.at("weight0." + layer));
    parameters.push_back({layer, Variable(weight.clone(), true), nullptr});
    list.push_back(&parameters.back());
    masks.emplace_back(layer, swapped<std::uint8_t>(golden.file.at("mask0." + layer)));
  }
  SdsSettings settings = small_sds("element");
  settings.prune_rate = settings.final_prune_rate =
      std::stod(golden.file.metadata.at("prune_rate"));
  Sds sds(list, settings, 1, 100);
  for (auto& p : parameters)  // the constructor masked them by its own draw
    p.value().copy_from(swapped<float>(golden.file.at("weight0." + p.name)));
  sds.load_masks(masks);
  const auto optimizer = make_optimizer(list, OptimizerSettings{});
  SdsUpdate update;
  ASSERT_TRUE(sds.after_step(2, 0, *optimizer, &update));

  // Survivors keep their value and what is regrown starts at 0, so the weights show the pruned
  // mask.
  for (const auto& p : parameters) {
    const Tensor pruned = swapped<std::uint8_t>(golden.file.at("mask_pruned." + p.name));
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < pruned.numel(); ++i)
      wrong += (p.value().data<float>()[i] != 0) != (pruned.data<std::uint8_t>()[i] != 0);
    EXPECT_EQ(wrong, 0) << p.name;
  }
  const auto wanted = figures().at("after_prune_nonzeros_regrow_target_zeros");
  std::int64_t to_regrow = 0;
  int groups_seen = 0;
  for (const auto& entry : sds.masks()) {
    const std::string& name = entry.first;
    const Tensor& after = entry.second;
    const auto groups = make_spatial_groups({5, 5, 5}, {0, 2, 3, 5}, name);
    const auto& parameter = *std::find_if(parameters.begin(), parameters.end(),
                                          [&](auto& p) { return p.name == name; });
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::string key = name + "/" + std::to_string(g);
      if (!wanted.contains(key)) continue;
      ++groups_seen;
      std::int64_t survivors = 0, kept = 0, all = 0;
      for (std::int32_t offset : groups[g].offsets)
        for (std::int64_t i = offset * 256; i < (offset + 1) * 256; ++i) {
          ++all;
          survivors += parameter.value().data<float>()[i] != 0;
          kept += after.data<std::uint8_t>()[i];
        }
      EXPECT_EQ(survivors, wanted[key][0].get<std::int64_t>()) << key;
      EXPECT_EQ(kept - survivors, wanted[key][1].get<std::int64_t>()) << key;
      EXPECT_EQ(all - survivors, wanted[key][2].get<std::int64_t>()) << key;
      to_regrow += wanted[key][1].get<std::int64_t>();
    }
  }
  EXPECT_EQ(groups_seen, static_cast<int>(wanted.size()));
  EXPECT_EQ(update.pruned, to_regrow);
  EXPECT_EQ(update.grown, to_regrow);
}

TEST(SdsGolden, PruneRateCurve) {
  const auto curve = figures().at("prune_rate_cosine");
  SdsSettings settings;
  settings.prune_rate = curve.at("prune_rate");
  settings.final_prune_rate = curve.at("eta_min");
  const Sds sds({}, settings, 0, curve.at("T_max").get<std::int64_t>());
  const auto& values = curve.at("values_every_50");
  ASSERT_EQ(values.size(), 21u);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(sds.prune_rate(static_cast<std::int64_t>(50 * i)), values[i].get<double>(), 1e-9);
}

}  // namespace
}  // namespace lsk3d::testing_support
