// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "lsk3d/models/sensor_settings.h"
#include "lsk3d/nn/module.h"
#include "lsk3d/sparse/point_batch.h"
#include "lsk3d/sparse/scale_pyramid.h"

namespace lsk3d {

struct ModelSettings {
  std::string name = "lsk3dnet";
  int classes = 20;        // class 0 is "unlabeled"
  int channels = 64;       // C
  int inner_channels = 0;  // between the two large convs of a residual block; 0: C
  KernelSize kernel = KernelSize::cube(9);
  /// The large convs: full; depthwise (and a linear layer that mixes channels); shared (one weight
  /// for all offsets of a spatial group, as in LargeKernel3D).
  std::string conv = "full";
  std::vector<int> shared_partition{0, 3, 6, 9};  // cuts of each kernel axis into those groups
  std::vector<int> scales{2, 4, 8, 16};
  std::string normals = "range_image";  // reference, range_image, none
  SensorSettings sensor;                // whose range image the normals come from

  int inner_width() const { return inner_channels > 0 ? inner_channels : channels; }
};

/// LSK3DNet (CVPR 2024). K = 3 gives the Modified-SPVCNN baseline.
class Lsk3dNet : public Module {
 public:
  /// Initialises as the release does, from streams of `seed`; without one the weights stay zero,
  /// for whoever loads them. Throws UsageError on settings out of range (classes >= 2, channels
  /// even >= 2, inner_channels >= 0, odd kernel, scales >= 2 that do not decrease, a known conv, a
  /// partition that covers the kernel where conv is shared).
  Lsk3dNet(const ModelSettings& settings, const VoxelSettings& voxels,
           std::optional<std::uint64_t> seed = 0);
  ~Lsk3dNet() override;

  /// Logits [N, classes] per point, on the model's device. `pyramid` must be built from `batch`
  /// with this model's voxel settings, scales and kernel, or have no levels, to be built here; both
  /// are copied to the model's device unless they are there. f32, or f64 when the parameters were converted (tests).
  Variable forward(const PointBatch& batch, const ScalePyramid& pyramid);

  /// forward() in two steps, for gradients with respect to what the network reads: the numbers that
  /// describe each point, [N, 13], and what it makes of them. Both tensors and the pyramid, which
  /// has its levels, are on the model's device.
  Tensor features(const PointBatch& batch, const ScalePyramid& pyramid);
  Variable forward_features(const Variable& features, const ScalePyramid& pyramid);

  ScalePyramid build_pyramid(const PointBatch& batch) const;
  const ModelSettings& settings() const { return settings_; }
  const VoxelSettings& voxels() const { return voxels_; }
  /// The large-kernel weights that SDS may prune: [kz, ky, kx, C_in, C_out], depth-wise [kz, ky,
  /// kx, C]; none where weights are shared.
  std::vector<Parameter*> sparse_parameters();
  /// For each of those the pairs that each offset of its kernel meets in this batch.
  std::vector<std::vector<std::int64_t>> offset_pairs(const ScalePyramid& pyramid);
  /// Takes note of the width after channels were cut out of the parameters; `inner_channels` as in
  /// the settings.
  void set_width(int channels, int inner_channels);

 private:
  /// Throws UsageError unless the pyramid has this model's scales and kernel.
  void check_pyramid(const ScalePyramid& pyramid) const;
  /// forward_features() in two: features of the finest voxels, [V, C], and logits from them.
  Variable encoded(const Variable& features, const ScalePyramid& pyramid);
  Variable classified(Variable x, const ScalePyramid& pyramid);

  struct Parts;
  ModelSettings settings_;
  VoxelSettings voxels_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace lsk3d
