// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/kernel_map.h"

#include <algorithm>
#include <vector>

#include "column_index.h"
#include "kernel_extents.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "pair_search.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kCacheLine = 16;  // rows

/// Pairs found, by offset, in one block of memory: all in rows, then all out rows.
struct FoundPairs {
  Tensor rows;                      // i32 [2, P]
  std::vector<std::int64_t> start;  // [K + 1]

  PairList list(std::int64_t k) const {
    const std::int64_t first = start[static_cast<std::size_t>(k)];
    const auto* in = rows.data<std::int32_t>() + first;
    return {in, in + rows.dim(1), start[static_cast<std::size_t>(k) + 1] - first};
  }
};

/// Searches twice, to count and then to write each pair where it belongs, so that chunks of columns
/// run in parallel and the lists come out sorted.
FoundPairs find_pairs(const PairSearch& search, const ColumnIndex& in, const ColumnIndex& out) {
  const std::int64_t offsets = search.kernel.volume();
  // Each chunk keeps a counter per offset: few chunks where the kernel is huge.
  constexpr std::int64_t kMaxCounters = std::int64_t{1} << 22;
  const std::int64_t max_chunks = std::clamp<std::int64_t>(kMaxCounters / offsets, 1, 64);
  const std::int64_t grain =
      std::max<std::int64_t>(1024, (out.columns() + max_chunks - 1) / max_chunks);
  const std::int64_t chunks = (out.columns() + grain - 1) / grain;
  std::vector<std::int64_t> place(static_cast<std::size_t>(chunks * offsets), 0);
  const auto counters = [&](std::int64_t begin) { return place.data() + begin / grain * offsets; };

  parallel_for(out.columns(), grain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t* count = counters(begin);
    search_pairs(search, in, out, static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end),
                 [count](std::int64_t k, std::int32_t, std::int32_t) { ++count[k]; });
  });

  FoundPairs found;
  found.start.resize(static_cast<std::size_t>(offsets) + 1);
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < offsets; ++k) {
    found.start[static_cast<std::size_t>(k)] = sum;
    for (std::int64_t c = 0; c < chunks; ++c) {
      std::int64_t& entry = place[static_cast<std::size_t>(c * offsets + k)];
      const std::int64_t count = entry;
      entry = sum;
      sum += count;
    }
  }
  found.start.back() = sum;

  found.rows = Tensor::empty({2, sum}, DType::i32);
  auto* in_rows = found.rows.data<std::int32_t>();
  auto* out_rows = in_rows + sum;
  parallel_for(out.columns(), grain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t* cursor = counters(begin);
    search_pairs(search, in, out, static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end),
                 [=](std::int64_t k, std::int32_t i, std::int32_t o) {
                   const std::int64_t at = cursor[k]++;
                   in_rows[at] = i;
                   out_rows[at] = o;
                   // Hundreds of lists grow side by side, more than the hardware follows.
                   __builtin_prefetch(in_rows + at + kCacheLine, 1);
                   __builtin_prefetch(out_rows + at + kCacheLine, 1);
                 });
  });
  return found;
}

}  // namespace

void check_extents(const char* what, KernelSize kernel, bool odd) {
  for (const int extent : {kernel.z, kernel.y, kernel.x})
    LSK3D_CHECK(extent >= 1 && extent <= 255 && (!odd || extent % 2 == 1), UsageError, what,
                ": expected kernel extents ", odd ? "that are odd, " : "", "1 … 255, found ",
                kernel.z, "×", kernel.y, "×", kernel.x, " (z, y, x)");
}

struct KernelMap::Data {
  KernelSize kernel;
  std::int64_t rows_in = 0, rows_out = 0, pair_count = 0;
  std::vector<PairList> lists;  // [K], into the tensors below
  Tensor rows, identity;        // identity: the centre of a symmetric map, 0 … V−1
  Tensor voxels;                // of a submanifold map
  Memo memo;
};

KernelMap KernelMap::submanifold(const VoxelGrid& grid, KernelSize kernel) {
  check_extents("submanifold kernel map", kernel, true);
  const ColumnIndex index(grid);
  const FoundPairs half =
      find_pairs({.kernel = kernel,
                  .stride = 1,
                  .origin = {kernel.z / 2, kernel.y / 2, kernel.x / 2},
                  .half = true},
                 index, index);

  auto data = std::make_shared<Data>();
  data->kernel = kernel;
  data->rows_in = data->rows_out = grid.size();
  data->rows = half.rows;
  data->voxels = grid.coordinates();
  data->identity = Tensor::empty({grid.size()}, DType::i32);
  auto* identity = data->identity.data<std::int32_t>();
  for (std::int64_t v = 0; v < grid.size(); ++v) identity[v] = static_cast<std::int32_t>(v);

  const std::int64_t offsets = kernel.volume();
  data->lists.resize(static_cast<std::size_t>(offsets));
  for (std::int64_t k = 0; k < offsets; ++k) {
    // Of k and its mirror, the search served one; the other's list there is empty.
    const std::int64_t mirror = offsets - 1 - k;
    const PairList found = half.list(k), mirrored = half.list(mirror);
    data->lists[static_cast<std::size_t>(k)] =
        k == mirror       ? PairList{identity, identity, grid.size()}
        : found.count > 0 ? found
                          : PairList{mirrored.out, mirrored.in, mirrored.count};
  }
  data->pair_count = 2 * half.rows.dim(1) + grid.size();
  return KernelMap(std::move(data));
}

KernelMap KernelMap::of_half(KernelSize kernel, Tensor voxels, Tensor rows, Tensor identity,
                             const std::vector<std::int64_t>& counts) {
  const std::size_t offsets = static_cast<std::size_t>(kernel.volume()), half = offsets / 2;
  LSK3D_ASSERT(counts.size() == half, counts.size(), " counts for ", half, " offsets");
  auto data = std::make_shared<Data>();
  data->kernel = kernel;
  data->rows_in = data->rows_out = voxels.dim(0);
  data->pair_count = 2 * rows.dim(1) + voxels.dim(0);
  data->lists.resize(offsets);
  const auto* centre = identity.address<std::int32_t>();
  data->lists[half] = {centre, centre, voxels.dim(0)};
  const auto* in = rows.address<std::int32_t>();
  const auto* out = in + rows.dim(1);
  for (std::size_t h = 0; h < half; ++h) {
    data->lists[half + 1 + h] = {in, out, counts[h]};
    data->lists[half - 1 - h] = {out, in, counts[h]};
    in += counts[h];
    out += counts[h];
  }
  data->rows = std::move(rows);
  data->identity = std::move(identity);
  data->voxels = std::move(voxels);
  return KernelMap(std::move(data));
}

KernelMap KernelMap::strided(const VoxelGrid& in, const VoxelGrid& out, KernelSize kernel,
                             int stride) {
  check_extents("strided kernel map", kernel, false);
  LSK3D_CHECK(stride >= 1, UsageError,
              "strided kernel map: expected a stride of at least 1, found ", stride);
  const auto origin = [stride](int extent) { return extent == stride ? 0 : (extent - 1) / 2; };
  const FoundPairs found =
      find_pairs({.kernel = kernel,
                  .stride = stride,
                  .origin = {origin(kernel.z), origin(kernel.y), origin(kernel.x)},
                  .half = false},
                 ColumnIndex(in), ColumnIndex(out));

  auto data = std::make_shared<Data>();
  data->kernel = kernel;
  data->rows_in = in.size();
  data->rows_out = out.size();
  data->rows = found.rows;
  for (std::int64_t k = 0; k < kernel.volume(); ++k) data->lists.push_back(found.list(k));
  data->pair_count = found.rows.dim(1);
  return KernelMap(std::move(data));
}

KernelMap KernelMap::transposed() const {
  if (!data_) return {};
  auto data = std::make_shared<Data>(*data_);
  std::swap(data->rows_in, data->rows_out);
  for (PairList& list : data->lists) std::swap(list.in, list.out);
  return KernelMap(std::move(data));
}

KernelMap KernelMap::to(Device device) const {
  if (!data_ || device == this->device()) return *this;
  auto data = std::make_shared<Data>(*data_);
  data->rows = data_->rows.to(device);
  data->identity = data_->identity.to(device);
  data->voxels = data_->voxels.to(device);
  const auto* rows = data_->rows.address<std::int32_t>();
  const auto* moved_rows = data->rows.address<std::int32_t>();
  const auto* moved_identity =
      data->identity.defined() ? data->identity.address<std::int32_t>() : nullptr;
  const auto* identity =
      data_->identity.defined() ? data_->identity.address<std::int32_t>() : nullptr;
  const auto moved = [&](const std::int32_t* list) {
    return list == identity ? moved_identity : moved_rows + (list - rows);
  };
  for (PairList& list : data->lists) list = {moved(list.in), moved(list.out), list.count};
  return KernelMap(std::move(data));
}

Device KernelMap::device() const { return data_ ? data_->rows.device() : Device::cpu(); }
KernelSize KernelMap::kernel() const { return data_ ? data_->kernel : KernelSize{}; }
std::int64_t KernelMap::rows_in() const { return data_ ? data_->rows_in : 0; }
std::int64_t KernelMap::rows_out() const { return data_ ? data_->rows_out : 0; }
std::int64_t KernelMap::pair_count() const { return data_ ? data_->pair_count : 0; }
const Tensor& KernelMap::voxels() const {
  static const Tensor none;
  return data_ ? data_->voxels : none;
}

PairLists KernelMap::pairs() const {
  if (!data_) return {};
  return {.lists = data_->lists,
          .voxels = data_->voxels.defined() ? data_->voxels.address<std::int32_t>() : nullptr,
          .memo = &data_->memo};
}

std::size_t KernelMap::bytes() const {
  if (!data_) return 0;
  return data_->lists.size() * sizeof(PairList) + data_->rows.bytes() +
         (data_->identity.defined() ? data_->identity.bytes() : 0);
}

}  // namespace lsk3d
