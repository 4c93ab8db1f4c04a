// SPDX-License-Identifier: MIT
#include "lsk3d/models/channel_trace.h"

namespace lsk3d {
namespace {

constexpr int kPoints = 12;

/// Points along the diagonal of the volume.
PointBatch made_up_batch(const VoxelSettings& voxels) {
  PointBatch batch;
  batch.points = Tensor::zeros({kPoints, 4});
  batch.normals = Tensor::zeros({kPoints, 3});
  batch.batch_index = Tensor::zeros({kPoints}, DType::i32);
  for (int i = 0; i < kPoints; ++i)
    for (std::size_t a = 0; a < 3; ++a)
      batch.points.data<float>()[static_cast<std::size_t>(i) * 4 + a] =
          voxels.min[a] +
          (voxels.max[a] - voxels.min[a]) * (static_cast<float>(i) + 0.5f) / kPoints;
  return batch;
}

}  // namespace

void run_on_made_up_points(Lsk3dNet& model) {
  const bool training = model.training();
  model.train(false);
  const PointBatch batch = made_up_batch(model.voxels());
  model.forward(batch, model.build_pyramid(batch));
  model.train(training);
}

std::vector<ChannelGroup> channel_groups(Lsk3dNet& model) {
  OpTrace trace;
  run_on_made_up_points(model);
  return find_channel_groups(trace, model.parameters(), model.buffers());
}

std::vector<std::int64_t> group_widths(const std::vector<ChannelGroup>& groups,
                                       const ModelSettings& settings, const VoxelSettings& voxels) {
  Lsk3dNet other(settings, voxels);
  return widths_in(groups, channel_groups(other));
}

}  // namespace lsk3d
