// SPDX-License-Identifier: MIT
// Voxels of all scales, their coarser ones and their pairs are searched for in memory with room for
// as many as there are points, and counted; then one look at all counts, and the pairs are written.
// Where points lie outside the volume, which a loader crops, their voxels may need more bits than
// the sort looked at: that look says so, and all is done once more.
#include "lsk3d/kernels/topology.h"

#include <bit>
#include <list>
#include <optional>

#include "device/check.h"
#include "device/launch.h"
#include "kernel_map.h"
#include "voxel_index.h"

namespace lsk3d {
namespace cuda {
namespace {

constexpr std::size_t kFlags =
    2;  // the first of the counts: bad points, points that need more bits

struct Voxelizing {
  const float* points;
  const std::int32_t* batch_index;
  std::int64_t n;
  std::int32_t batch_size;
  float cells[3], min[3], edge[3];
  CoordinateBits bits;
};

/// trunc(cells · (p − min) / edge), each step rounded to f32 as the CPU does. bad[0] becomes the
/// largest n − i of the points without a voxel, bad[1] 1 where the bits do not hold a voxel.
__global__ void coordinates_kernel(Voxelizing v, std::int32_t* out, std::uint32_t* bad) {
  for (std::int64_t i = first_item(); i < v.n; i += item_step()) {
    bool ok = v.batch_index[i] >= 0 && v.batch_index[i] < v.batch_size;
    out[i * 4] = v.batch_index[i];
    for (int a = 0; a < 3; ++a) {
      const float at = v.cells[a] * (v.points[i * 4 + a] - v.min[a]) / v.edge[a];
      const bool fits = at >= -2147483648.0f && at < 2147483648.0f;  // false for NaN
      ok = ok && fits;
      const std::int32_t voxel = fits ? static_cast<std::int32_t>(at) : 0;
      out[i * 4 + 1 + a] = voxel;
      if (!v.bits.hold(1 + a, voxel)) atomicOr(bad + 1, std::uint32_t{1});
    }
    if (!ok) atomicMax(bad, static_cast<std::uint32_t>(v.n - i));
  }
}

/// coarse [n, 4] = floor(voxel / 2) of the *count voxels; the rows behind are nowhere.
__global__ void coarser_kernel(const std::int32_t* voxels, const std::uint32_t* count,
                               std::int64_t n, std::int32_t* coarse) {
  for (std::int64_t i = first_item(); i < n * 4; i += item_step())
    coarse[i] = i / 4 >= *count ? kNowhere : i % 4 == 0 ? voxels[i] : voxels[i] >> 1;
}

/// Memory for segments of n rows, and what find_voxels() writes there.
FoundSegments room_for(std::int64_t n, Device device) {
  return {.start = Tensor::empty({n + 1}, DType::i64, device),
          .order = Tensor::empty({n}, DType::i32, device),
          .index = Tensor::empty({n}, DType::i32, device)};
}

VoxelTarget target_of(FoundSegments& s, std::int32_t* coordinates, std::uint32_t* count) {
  return {coordinates, s.start.address<std::int64_t>(), s.order.address<std::int32_t>(),
          s.index.address<std::int32_t>(), count};
}

/// The search of one scale; `counts` on the GPU: voxels, coarser ones, pairs [K / 2].
class LevelSearch {
 public:
  /// `narrow`: sorts by no more bits than voxels of the volume need.
  LevelSearch(const TopologyArgs& a, const TopologyArgs::Scale& scale, bool narrow,
              std::uint32_t* bad, std::uint32_t* counts)
      : n_(a.points.dim(0)), wants_map_(scale.map), device_(a.points.device()) {
    Voxelizing v{.points = a.points.address<float>(),
                 .batch_index = a.batch_index.address<std::int32_t>(),
                 .n = n_,
                 .batch_size = a.batch_size,
                 .cells = {},
                 .min = {},
                 .edge = {},
                 .bits = {{bits_of(a.batch_size), 0, 0, 0}}};
    for (int i = 0; i < 3; ++i) {
      const auto axis = static_cast<std::size_t>(i);
      const std::int64_t cells = (std::int64_t{a.grid[axis]} + scale.scale - 1) / scale.scale;
      v.cells[i] = static_cast<float>(cells);
      v.bits.of[1 + i] = bits_of(cells);
      v.min[i] = a.min[axis];
      v.edge[i] = a.max[axis] - a.min[axis];
    }
    const CoordinateBits* bits = narrow && v.bits.all() <= kMostBits ? &v.bits : nullptr;
    Buffer<std::int32_t> coordinates(n_ * 4);
    launch(coordinates_kernel, blocks_for(n_), kThreads, 0, current_stream(), v, coordinates.data(),
           bad);
    level_.voxels = Tensor::empty({n_, 4}, DType::i32, device_);
    auto* voxels = level_.voxels.address<std::int32_t>();
    level_.points = room_for(n_, device_);
    find_voxels(coordinates.data(), n_, target_of(level_.points, voxels, counts), bits);
    if (!scale.map) return;
    launch(coarser_kernel, blocks_for(n_ * 4), kThreads, 0, current_stream(), voxels, counts, n_,
           coordinates.data());
    level_.coarser = room_for(n_, device_);
    find_voxels(coordinates.data(), n_, target_of(level_.coarser, nullptr, counts + 1), bits);
    half_ = std::make_unique<HalfMap>(
        voxels, counts, n_, KernelExtents{a.kernel[0], a.kernel[1], a.kernel[2]}, counts + 2);
  }

  /// The level, now that the counts are known.
  FoundLevel finish(const std::uint32_t* counts, std::size_t half_offsets) {
    const std::int64_t voxels = counts[0];
    level_.voxels = level_.voxels.rows(0, voxels);
    level_.points.start = level_.points.start.rows(0, voxels + 1);
    if (!wants_map_) return std::move(level_);
    // Rows that are nowhere share a last voxel.
    const std::int64_t coarser = std::int64_t{counts[1]} - (voxels < n_ ? 1 : 0);
    level_.coarser.start = level_.coarser.start.rows(0, coarser + 1);
    level_.coarser.order = level_.coarser.order.rows(0, voxels);
    level_.coarser.index = level_.coarser.index.rows(0, voxels);
    std::int64_t pairs = 0;
    std::vector<std::int64_t> first;
    for (std::size_t h = 0; h < half_offsets; ++h) {
      level_.pair_counts.push_back(counts[2 + h]);
      first.push_back(pairs);
      pairs += counts[2 + h];
    }
    level_.pair_rows = Tensor::empty({2, pairs}, DType::i32, device_);
    level_.identity = Tensor::empty({voxels}, DType::i32, device_);
    auto* in = level_.pair_rows.address<std::int32_t>();
    half_->write(first, in, in + pairs);
    write_identity(level_.identity.address<std::int32_t>(), voxels);
    return std::move(level_);
  }

 private:
  static constexpr int kMostBits = 62;
  static int bits_of(std::int64_t most) { return std::bit_width(static_cast<std::uint64_t>(most)); }

  std::int64_t n_;
  bool wants_map_;
  Device device_;
  FoundLevel level_;
  std::unique_ptr<HalfMap> half_;
};

/// Nothing where the narrow search was too narrow.
std::optional<FoundTopology> search(const TopologyArgs& a, bool narrow) {
  const auto half =
      static_cast<std::size_t>(std::int64_t{a.kernel[0]} * a.kernel[1] * a.kernel[2] / 2);
  const std::size_t of_level = 2 + half;
  Buffer<std::uint32_t> counts(static_cast<std::int64_t>(kFlags + a.scales.size() * of_level));
  counts.zero();
  std::list<LevelSearch> searches;
  for (std::size_t i = 0; i < a.scales.size(); ++i)
    searches.emplace_back(a, a.scales[i], narrow, counts.data(),
                          counts.data() + kFlags + i * of_level);
  const std::vector<std::uint32_t> found = counts.to_host();  // the one wait

  FoundTopology topology;
  if (found[0] > 0) {
    topology.bad_point = a.points.dim(0) - found[0];
    return topology;
  }
  if (narrow && found[1] > 0) return std::nullopt;
  std::size_t at = kFlags;
  for (LevelSearch& search : searches) {
    topology.levels.push_back(search.finish(found.data() + at, half));
    at += of_level;
  }
  return topology;
}

}  // namespace
}  // namespace cuda

FoundTopology find_topology(const TopologyArgs& a) {
  cuda::select_device(a.points.device().index);
  std::optional<FoundTopology> found = cuda::search(a, /*narrow=*/true);
  return found ? std::move(*found) : *cuda::search(a, /*narrow=*/false);
}

}  // namespace lsk3d
