// SPDX-License-Identifier: MIT
// Which input voxel meets which output voxel under each offset of a kernel.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "lsk3d/kernels/conv.h"
#include "lsk3d/sparse/voxel_grid.h"

namespace lsk3d {

/// Extents of a kernel, z slowest: offset index k = (kz · y + ky) · x + kx.
struct KernelSize {
  int z = 1, y = 1, x = 1;
  static KernelSize cube(int k) { return {k, k, k}; }
  int volume() const { return z * y * x; }
  friend bool operator==(const KernelSize&, const KernelSize&) = default;
};

/// Compact pair lists, built once per (grids, kernel) and shared by every conv, forward and
/// backward. Immutable and cheap to copy (shared).
class KernelMap {
 public:
  /// out voxel o meets in voxel o + k − K/2 (cross-correlation). Extents odd, 1 … 255; else
  /// UsageError. A submanifold map is symmetric under k ↔ K−1−k with in and out swapped; only one
  /// half is searched for.
  static KernelMap submanifold(const VoxelGrid& grid, KernelSize kernel);

  /// A submanifold map whose pairs were found already, on any device: i32 `rows` [2, P] in and out
  /// rows of the offsets after the centre, offset after offset, `counts` [K / 2] of each, `identity`
  /// 0 … V − 1, `voxels` as voxels().
  static KernelMap of_half(KernelSize kernel, Tensor voxels, Tensor rows, Tensor identity,
                           const std::vector<std::int64_t>& counts);

  /// Strided sparse conv: output voxels are, as a rule, the distinct floor(in / stride); out voxel
  /// o meets in voxel stride·o + k − c with c = (K−1)/2 per axis, or c = 0 where K = stride (the
  /// stride³ block). Extents 1 … 255, odd or even; stride >= 1; else UsageError.
  static KernelMap strided(const VoxelGrid& in, const VoxelGrid& out, KernelSize kernel,
                           int stride);

  /// The inverse of a strided map: in and out swapped.
  KernelMap transposed() const;

  /// The same map with its lists in the memory of another device (itself where it is there
  /// already). Lists that share memory share it there too.
  KernelMap to(Device device) const;

  /// An undefined map: defined() is false, extents are 1, everything else is 0 or empty.
  KernelMap() = default;
  bool defined() const { return data_ != nullptr; }
  KernelSize kernel() const;
  std::int64_t rows_in() const;
  std::int64_t rows_out() const;
  std::int64_t pair_count() const;
  /// Where the lists are.
  Device device() const;
  /// Voxels of both sides of a submanifold map, i32 [rows, 4] (batch, x, y, z) on device(); else
  /// undefined.
  const Tensor& voxels() const;
  /// Valid while a copy of this map lives: a span in host memory of lists on device().
  PairLists pairs() const;
  /// Memory of the lists. Mirrored offsets of a submanifold map share theirs: about 4 bytes a pair.
  std::size_t bytes() const;
  /// True where both are the same map, as those of equal scales are.
  bool same_as(const KernelMap& other) const { return data_ == other.data_; }

 private:
  struct Data;
  explicit KernelMap(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

/// The output grid of a strided conv: the distinct floor(coordinate / stride), and the rows of
/// `grid` in each. Throws UsageError on a stride below 1.
VoxelGrid::Result downsample(const VoxelGrid& grid, int stride);

}  // namespace lsk3d
