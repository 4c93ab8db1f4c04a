// SPDX-License-Identifier: MIT
#include "lsk3d/models/lsk3dnet.h"

#include <string>
#include <utility>

#include "backbone_block.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/core/profile_range.h"
#include "lsk3d/sparse/spatial_partition.h"
#include "point_encoder.h"
#include "point_features.h"
#include "point_head.h"

namespace lsk3d {
namespace {

const ModelSettings& checked(const ModelSettings& s) {
  LSK3D_CHECK(s.classes >= 2 && s.classes <= 4096, UsageError,
              "model.classes: expected 2 … 4096 (class 0 is unlabeled), found ", s.classes);
  LSK3D_CHECK(s.channels >= 2 && s.channels % 2 == 0 && s.channels <= 4096, UsageError,
              "model.channels: expected an even number, 2 … 4096, found ", s.channels);
  LSK3D_CHECK(s.inner_channels >= 0 && s.inner_channels <= 4096, UsageError,
              "model.inner_channels: expected 0 (as model.channels) … 4096, found ",
              s.inner_channels);
  for (int k : {s.kernel.z, s.kernel.y, s.kernel.x})
    LSK3D_CHECK(k >= 1 && k % 2 == 1 && k <= 255, UsageError,
                "model.kernel_size: expected odd extents, 1 … 255, found ", k);
  LSK3D_CHECK(s.conv == "full" || s.conv == "depthwise" || s.conv == "shared", UsageError,
              "model.conv: expected full, depthwise or shared, found '", s.conv, "'",
              did_you_mean(s.conv, {"full", "depthwise", "shared"}));
  if (s.conv == "shared") SpatialPartition(s.kernel, s.shared_partition, "model.shared_partition");
  LSK3D_CHECK(!s.scales.empty(), UsageError, "model.scales: expected at least 1 scale, found none");
  int before = 2;
  for (int scale : s.scales) {
    LSK3D_CHECK(scale >= before, UsageError, "model.scales: expected values of at least 2 that do ",
                "not decrease, found ", scale, before > 2 ? str_cat(" after ", before) : "");
    before = scale;
  }
  return s;
}

}  // namespace

struct Lsk3dNet::Parts {
  explicit Parts(const ModelSettings& s)
      : encoder(s.channels), head(s.channels, static_cast<int>(s.scales.size()), s.classes) {
    for (std::size_t i = 0; i < s.scales.size(); ++i)
      blocks.push_back(std::make_unique<BackboneBlock>(s));
  }
  PointEncoder encoder;
  std::vector<std::unique_ptr<BackboneBlock>> blocks;  // one per entry of scales
  PointHead head;
};

Lsk3dNet::Lsk3dNet(const ModelSettings& settings, const VoxelSettings& voxels,
                   std::optional<std::uint64_t> seed)
    : settings_(checked(settings)), voxels_(voxels), parts_(std::make_unique<Parts>(settings)) {
  add_child("voxel_3d_generator", parts_->encoder);
  for (std::size_t i = 0; i < parts_->blocks.size(); ++i)
    add_child("spv_enc." + std::to_string(i), *parts_->blocks[i]);
  add_child("classifier", parts_->head);
  name_parameters();
  if (seed) initialise(*seed);
}

Lsk3dNet::~Lsk3dNet() = default;

Variable Lsk3dNet::forward(const PointBatch& given_batch, const ScalePyramid& given_pyramid) {
  const ProfileRange range("forward");
  const Device device = this->device();
  const PointBatch batch = [&] {
    const ProfileRange upload("upload");
    return given_batch.to(device);
  }();
  const ScalePyramid pyramid = [&] {
    const ProfileRange topology("topology");
    return given_pyramid.levels.empty() ? build_pyramid(batch) : given_pyramid.to(device);
  }();
  Variable x = encoded(Variable(features(batch, pyramid)), pyramid);
  return classified(std::move(x), pyramid);
}

Tensor Lsk3dNet::features(const PointBatch& batch, const ScalePyramid& pyramid) {
  check_pyramid(pyramid);
  const DType dtype = parameters().front()->value().dtype();  // f64 in tests
  return point_features(batch, pyramid.levels[0], voxels_).to(dtype);
}

Variable Lsk3dNet::forward_features(const Variable& features, const ScalePyramid& pyramid) {
  check_pyramid(pyramid);
  return classified(encoded(features, pyramid), pyramid);
}

Variable Lsk3dNet::encoded(const Variable& features, const ScalePyramid& pyramid) {
  const ProfileRange range("point encoder");
  return parts_->encoder(features, pyramid.levels[0].points);
}

Variable Lsk3dNet::classified(Variable x, const ScalePyramid& pyramid) {
  const auto& levels = pyramid.levels;
  std::vector<Variable> outputs;
  for (std::size_t i = 0; i < parts_->blocks.size(); ++i) {
    const ProfileRange block("block");
    auto [next, p] = (*parts_->blocks[i])(x, levels[i], levels[i + 1]);
    x = std::move(next);
    outputs.push_back(std::move(p));
  }
  x = {};
  const ProfileRange head("head");
  return parts_->head(outputs, pyramid);
}

void Lsk3dNet::check_pyramid(const ScalePyramid& pyramid) const {
  const auto& levels = pyramid.levels;
  LSK3D_CHECK(levels.size() == settings_.scales.size() + 1, UsageError,
              "model: expected a pyramid of ", settings_.scales.size() + 1, " levels, found ",
              levels.size(), "; build it with build_pyramid");
  for (std::size_t i = 0; i < settings_.scales.size(); ++i)
    LSK3D_CHECK(
        levels[i + 1].scale == settings_.scales[i] && levels[i].map.kernel() == settings_.kernel,
        UsageError, "model: the pyramid's level ", i + 1,
        " was built with another scale or kernel; build it with build_pyramid");
}

ScalePyramid Lsk3dNet::build_pyramid(const PointBatch& batch) const {
  return build_scale_pyramid(batch, voxels_, settings_.scales, settings_.kernel);
}

std::vector<Parameter*> Lsk3dNet::sparse_parameters() {
  std::vector<Parameter*> sparse;
  if (settings_.kernel.volume() == 1 || settings_.conv == "shared") return sparse;
  for (auto& block : parts_->blocks)
    for (int i : {0, 1}) {
      sparse.push_back(&block->residual(i).kernel_0());
      sparse.push_back(&block->residual(i).kernel_1());
    }
  return sparse;
}

std::vector<std::vector<std::int64_t>> Lsk3dNet::offset_pairs(const ScalePyramid& pyramid) {
  std::vector<std::vector<std::int64_t>> counts;
  const std::size_t per_block = sparse_parameters().size() / parts_->blocks.size();
  for (std::size_t i = 0; i < parts_->blocks.size(); ++i) {
    const PairLists pairs = pyramid.levels[i].map.pairs();
    std::vector<std::int64_t> of_level;
    for (std::int64_t k = 0; k < pairs.offsets(); ++k) of_level.push_back(pairs.count(k));
    counts.insert(counts.end(), per_block, of_level);
  }
  return counts;
}

void Lsk3dNet::set_width(int channels, int inner_channels) {
  settings_.channels = channels;
  settings_.inner_channels = inner_channels;
  ResidualBlock& block = parts_->blocks.front()->residual(0);
  const Shape first = block.kernel_0().value().shape(), second = block.kernel_1().value().shape();
  LSK3D_ASSERT(first[3] == channels && second[3] == settings_.inner_width(), "kernels ",
               to_string(first), " and ", to_string(second), " in a model of ", channels, " and ",
               inner_channels, " channels");
}

}  // namespace lsk3d
