// SPDX-License-Identifier: MIT
// Voxels of the authors' code: which there are at each scale, and in which each point lies.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "lsk3d/io/safetensors.h"
#include "lsk3d/sparse/scale_pyramid.h"
#include "sparse/random_grid.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

using namespace testing_support;

void expect_golden_voxels(const std::string& path) {
  SCOPED_TRACE(path);
  const TensorFile golden = read_safetensors(path);
  const auto list = [&](const char* key) {
    return nlohmann::json::parse(golden.metadata.at(key)).get<std::vector<double>>();
  };
  VoxelSettings settings;
  for (std::size_t a = 0; a < 3; ++a) {
    settings.min[a] = static_cast<float>(list("min_volume")[a]);
    settings.max[a] = static_cast<float>(list("max_volume")[a]);
    settings.grid[a] = static_cast<int>(list("spatial_shape")[a]);
  }
  std::vector<int> scales;
  for (const double scale : list("scales")) scales.push_back(static_cast<int>(scale));
  PointBatch batch;
  batch.points = golden.at("points");
  batch.batch_index = golden.at("batch_idx");
  const auto index = batch.batch_index.span<std::int32_t>();
  batch.batch_size = *std::max_element(index.begin(), index.end()) + 1;

  const auto pyramid = build_scale_pyramid(batch, settings, scales, KernelSize::cube(1));
  ASSERT_EQ(pyramid.levels.size(), scales.size() + 1);
  for (const ScaleLevel& level : pyramid.levels) {
    const std::string name = "scale_" + std::to_string(level.scale);
    const Tensor& coors = golden.at(name + ".coors");
    const auto inverse = golden.at(name + ".coors_inv").span<std::int32_t>();
    // Listed as (b, z, y, x), but sorted by (b, x, y, z) as ours: the rows are the same too.
    std::vector<Voxel> wanted;
    for (std::int64_t v = 0; v < coors.dim(0); ++v) {
      const std::int32_t* c = coors.data<std::int32_t>() + v * 4;
      wanted.push_back({c[0], c[3], c[2], c[1]});
    }
    EXPECT_EQ(voxels_of(level.grid), wanted) << name;
    const auto ours = level.points.index.span<std::int32_t>();
    EXPECT_TRUE(std::equal(ours.begin(), ours.end(), inverse.begin(), inverse.end())) << name;
  }
}

TEST(GoldenVoxels, OfASimulatedScan) {
  expect_golden_voxels(golden_path("syn_k5_h8/model.safetensors"));
}

TEST(GoldenVoxels, OfRealScans) {
  LSK3D_REQUIRE_SHARED(shared);
  for (const char* name : {"k3_h8", "k9_h8", "k5_h16"})
    expect_golden_voxels(shared + "/goldens/" + name + "/model.safetensors");
}

}  // namespace
}  // namespace lsk3d
