// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/voxel_grid.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "coordinate_hash_map.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "radix_sort.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kGrain = 16384;
constexpr std::int64_t kMaxRows = std::int64_t{1} << 30;  // rows are i32, the hash table twice that

/// Smallest coordinate of each axis and the bits that the distance from it takes.
struct Extent {
  std::array<std::int64_t, 4> low{};
  std::array<int, 4> bits{};
};

Extent extent_of(const std::int32_t* rows, std::int64_t n) {
  const std::int64_t chunks = (n + kGrain - 1) / kGrain;
  std::vector<std::array<std::int32_t, 8>> bounds(static_cast<std::size_t>(chunks));
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::array<std::int32_t, 8> b;
    for (int a = 0; a < 4; ++a) b[a] = b[4 + a] = rows[begin * 4 + a];
    for (std::int64_t i = begin; i < end; ++i)
      for (int a = 0; a < 4; ++a) {
        b[a] = std::min(b[a], rows[i * 4 + a]);
        b[4 + a] = std::max(b[4 + a], rows[i * 4 + a]);
      }
    bounds[static_cast<std::size_t>(begin / kGrain)] = b;
  });
  Extent extent;
  for (int a = 0; a < 4; ++a) {
    std::int64_t low = bounds[0][a], high = bounds[0][4 + a];
    for (const auto& b : bounds) {
      low = std::min<std::int64_t>(low, b[a]);
      high = std::max<std::int64_t>(high, b[4 + a]);
    }
    extent.low[a] = low;
    extent.bits[a] = std::bit_width(static_cast<std::uint64_t>(high - low));
  }
  return extent;
}

/// Row numbers sorted by axes [first, last) (later axes vary fastest), ties by their order so far.
void sort_by_axes(const std::int32_t* rows, const Extent& extent, int first, int last,
                  std::vector<std::int32_t>& order) {
  std::vector<std::uint64_t> keys(order.size());
  int bits = 0;
  for (int a = first; a < last; ++a) bits += extent.bits[a];
  const auto n = static_cast<std::int64_t>(order.size());
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int32_t* row = rows + std::int64_t{order[static_cast<std::size_t>(i)]} * 4;
      std::uint64_t key = 0;
      for (int a = first; a < last; ++a)
        // At most 32 bits each and 64 in all, so no shift reaches 64 and no bit is lost.
        key = key << extent.bits[a] | static_cast<std::uint64_t>(row[a] - extent.low[a]);
      keys[static_cast<std::size_t>(i)] = key;
    }
  });
  radix_sort(keys, order, bits);
}

/// Row numbers sorted by (batch, x, y, z), equal voxels by row.
std::vector<std::int32_t> sorted_rows(const std::int32_t* rows, std::int64_t n) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
  if (n < 2) return order;
  const Extent extent = extent_of(rows, n);
  if (extent.bits[0] + extent.bits[1] + extent.bits[2] + extent.bits[3] <= 64) {
    sort_by_axes(rows, extent, 0, 4, order);
  } else {  // a wide volume: one word per two axes
    sort_by_axes(rows, extent, 2, 4, order);
    sort_by_axes(rows, extent, 0, 2, order);
  }
  return order;
}

}  // namespace

struct VoxelGrid::Data {
  Tensor coordinates;  // i32 [V, 4]
  // Kernel maps walk the sorted coordinates and never look a voxel up: made at the first find().
  mutable std::once_flag once;
  mutable std::optional<CoordinateHashMap> map;
};

VoxelGrid::Result VoxelGrid::build(const Tensor& coordinates) {
  LSK3D_CHECK(coordinates.defined() && coordinates.dtype() == DType::i32 &&
                  coordinates.rank() == 2 && coordinates.dim(1) == 4,
              UsageError, "voxel grid: expected coordinates i32 [N, 4] (batch, x, y, z), found ",
              coordinates.defined()
                  ? to_string(coordinates.dtype()) + " " + to_string(coordinates.shape())
                  : "an undefined tensor");
  const std::int64_t n = coordinates.dim(0);
  LSK3D_CHECK(n < kMaxRows, UsageError, "voxel grid: expected fewer than ", kMaxRows,
              " coordinates, found ", n, "; split the batch");
  const auto* rows = coordinates.data<std::int32_t>();
  const std::vector<std::int32_t> sorted = sorted_rows(rows, n);
  const auto row_at = [&](std::int64_t i) {
    return rows + std::int64_t{sorted[static_cast<std::size_t>(i)]} * 4;
  };

  // Which sorted rows start a voxel, and how many do so before each chunk.
  std::vector<std::uint8_t> starts(static_cast<std::size_t>(n));
  std::vector<std::int64_t> before(static_cast<std::size_t>((n + kGrain - 1) / kGrain) + 1, 0);
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t count = 0;
    const std::int32_t* last = begin > 0 ? row_at(begin - 1) : nullptr;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int32_t* row = row_at(i);
      const bool first = !last || !std::equal(row, row + 4, last);
      starts[static_cast<std::size_t>(i)] = first;
      count += first;
      last = row;
    }
    before[static_cast<std::size_t>(begin / kGrain) + 1] = count;
  });
  for (std::size_t c = 1; c < before.size(); ++c) before[c] += before[c - 1];

  const std::int64_t voxels = before.back();
  auto data = std::make_shared<Data>();
  data->coordinates = Tensor::empty({voxels, 4}, DType::i32);
  Segments segments{Tensor::empty({voxels + 1}, DType::i64), Tensor::empty({n}, DType::i32),
                    Tensor::empty({n}, DType::i32)};
  auto* coordinate = data->coordinates.data<std::int32_t>();
  auto* start = segments.start.data<std::int64_t>();
  auto* order = segments.order.data<std::int32_t>();
  auto* index = segments.index.data<std::int32_t>();
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t voxel = before[static_cast<std::size_t>(begin / kGrain)] - 1;
    for (std::int64_t i = begin; i < end; ++i) {
      if (starts[static_cast<std::size_t>(i)]) {
        start[++voxel] = i;
        std::copy_n(row_at(i), 4, coordinate + voxel * 4);
      }
      order[i] = sorted[static_cast<std::size_t>(i)];
      index[order[i]] = static_cast<std::int32_t>(voxel);
    }
  });
  start[voxels] = n;

  Result result;
  result.grid.data_ = std::move(data);
  result.segments = std::move(segments);
  return result;
}

VoxelGrid VoxelGrid::of_sorted(Tensor coordinates) {
  VoxelGrid grid;
  auto data = std::make_shared<Data>();
  data->coordinates = std::move(coordinates);
  grid.data_ = std::move(data);
  return grid;
}

std::int64_t VoxelGrid::size() const { return data_ ? data_->coordinates.dim(0) : 0; }

const Tensor& VoxelGrid::coordinates() const {
  static const Tensor none = Tensor::empty({0, 4}, DType::i32);
  return data_ ? data_->coordinates : none;
}

std::int32_t VoxelGrid::find(std::array<std::int32_t, 4> voxel) const {
  if (!data_) return -1;
  std::call_once(data_->once, [&] { data_->map.emplace(data_->coordinates.to(Device::cpu())); });
  return data_->map->find(voxel);
}

}  // namespace lsk3d
