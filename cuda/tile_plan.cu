// SPDX-License-Identifier: MIT
// Pairs are first sorted into tiles: a bit per (tile, offset, row) says which there are, and the
// bits before it where a pair belongs, so that no place depends on who comes first. Then a block
// per tile looks for the distinct rows that are read, twice: to count them and to write them down.
#include "tile_plan.h"

#include <device/dynamic_shared.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "device/launch.h"
#include "device/scan.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

constexpr int kWords = kPartRows / 32;    // of the bits of a part
constexpr unsigned kBlocksPerOffset = 8;  // most lists are short, that of the centre is not

__global__ void positions_kernel(const std::int32_t* order, std::int64_t n,
                                 std::int32_t* positions) {
  for (std::int64_t i = first_item(); i < n; i += item_step())
    positions[order[i]] = static_cast<std::int32_t>(i);
}

/// The lists, and where a written row stands in the order.
struct Sorting {
  const PairList* lists;
  std::int64_t offsets;
  int parts;
  const std::int32_t* positions;
  bool input_gradient;

  /// f(part list, row within the part, row that is read) for each pair; blocks of the grid's second
  /// dimension share the offsets.
  template <typename F>
  __device__ void for_each(F f) const {
    for (std::int64_t k = blockIdx.y; k < offsets; k += gridDim.y) {
      const PairList list = lists[k];
      const std::int32_t* from = input_gradient ? list.out : list.in;
      const std::int32_t* to = input_gradient ? list.in : list.out;
      for (std::int64_t i = first_item(); i < list.count; i += item_step()) {
        const std::int32_t at = positions[to[i]];
        const std::int64_t part =
            (at / (parts * kPartRows) * offsets + k) * parts + at / kPartRows % parts;
        f(part, at % kPartRows, from[i]);
      }
    }
  }
};

/// present [tiles, offsets, parts, kWords]: a bit for each pair.
__global__ void present_kernel(Sorting sorting, std::uint32_t* present) {
  sorting.for_each([&](std::int64_t part, int row, std::int32_t) {
    atomicOr(present + part * kWords + row / 32, std::uint32_t{1} << row % 32);
  });
}

/// starts [tiles, lists + 1] = octets of each part's list, a last one of nothing.
__global__ void octets_kernel(const std::uint32_t* present, std::int64_t tiles, std::int64_t lists,
                              std::int32_t* starts) {
  for (std::int64_t i = first_item(); i < tiles * (lists + 1); i += item_step()) {
    const std::int64_t list = i % (lists + 1);
    int count = 0;
    for (int w = 0; w < kWords && list < lists; ++w)
      count += __popc(present[(i / (lists + 1) * lists + list) * kWords + w]);
    starts[i] = (count + kOctet - 1) / kOctet;
  }
}

/// pairs with the row they write, and `from` the one they read.
__global__ void place_kernel(Sorting sorting, const std::uint32_t* present,
                             const std::int32_t* first_octet, const std::int32_t* starts,
                             TilePair* pairs, std::int32_t* from) {
  const std::int64_t lists = sorting.offsets * sorting.parts;
  sorting.for_each([&](std::int64_t part, int row, std::int32_t read) {
    const std::uint32_t* words = present + part * kWords;
    int before = __popc(words[row / 32] & ((std::uint32_t{1} << row % 32) - 1));
    for (int w = 0; w < row / 32; ++w) before += __popc(words[w]);
    const std::int64_t tile = part / lists;
    const std::int64_t octet =
        first_octet[tile] + std::int64_t{starts[part + tile]};  // rows of lists + 1
    pairs[octet * kOctet + before] = TilePair::of(0, row);
    from[octet * kOctet + before] = read;
  });
}

/// What the search for distinct rows reads and writes.
struct Search {
  std::int64_t offsets;
  int parts;
  const std::int32_t *first_octet, *starts, *from;
  TilePair* pairs;
  int capacity, slots;                     // slots: of the hash table, a power of two
  std::int32_t *pass_counts, *row_counts;  // [tiles]; in the second round the sums before each tile
  TilePass* passes;
  std::int32_t* halo_rows;
};

/// A set of rows in shared memory, filled by a whole block.
class RowSet {
 public:
  static constexpr std::int32_t kFree = -1;
  static std::size_t bytes(int slots, int capacity) {
    return static_cast<std::size_t>(2 * slots + capacity + kThreads) * sizeof(std::int32_t);
  }

  __device__ RowSet(const Search& search, std::int32_t* count)
      : search_(search),
        rows_(dynamic_shared<std::int32_t>()),
        numbers_(rows_ + search.slots),
        distinct_(numbers_ + search.slots),
        count_(count),
        base_(std::int64_t{search.first_octet[blockIdx.x]} * kOctet),
        starts_(search.starts + blockIdx.x * (search.offsets * search.parts + 1)) {}

  /// Fills the set with what offsets [begin, end) of the tile read; false where that is too much.
  __device__ bool fill(std::int64_t begin, std::int64_t end) {
    __syncthreads();  // whoever read the set is done
    for (int i = threadIdx.x; i < search_.slots; i += kThreads) rows_[i] = kFree;
    if (threadIdx.x == 0) *count_ = 0;
    __syncthreads();
    bool room = true;
    for_each_pair(begin, end, [&](std::int64_t pair) {
      if (room) room = insert(search_.from[pair]);
    });
    __syncthreads();
    return *count_ <= search_.capacity;
  }

  __device__ int count() const { return *count_; }

  /// Numbers the rows of the set, increasing, and writes them to halo_rows[first …) and the numbers
  /// to the pairs of the offsets.
  __device__ void write(std::int64_t begin, std::int64_t end, std::int64_t first) {
    for (int i = threadIdx.x; i < search_.slots; i += kThreads)
      if (rows_[i] != kFree) {
        const std::int32_t row = rows_[i];
        int number = 0;
        for (int n = 0; n < *count_; ++n) number += distinct_[n] < row;
        numbers_[i] = number;
        search_.halo_rows[first + number] = row;
      }
    __syncthreads();
    for_each_pair(begin, end, [&](std::int64_t pair) {
      search_.pairs[pair] =
          TilePair::of(numbers_[slot_of(search_.from[pair])], search_.pairs[pair].out());
    });
  }

 private:
  template <typename F>
  __device__ void for_each_pair(std::int64_t begin, std::int64_t end, F f) const {
    const std::int64_t first = base_ + std::int64_t{starts_[begin * search_.parts]} * kOctet;
    const std::int64_t last = base_ + std::int64_t{starts_[end * search_.parts]} * kOctet;
    for (std::int64_t pair = first + threadIdx.x; pair < last; pair += kThreads)
      if (search_.pairs[pair].out() >= 0) f(pair);
  }

  __device__ unsigned home(std::int32_t row) const {
    return (static_cast<unsigned>(row) * 0x9e3779b1u >> 8) &
           static_cast<unsigned>(search_.slots - 1);
  }

  /// False where the set is over its capacity: every thread goes one beyond at most.
  __device__ bool insert(std::int32_t row) {
    for (unsigned at = home(row);; at = (at + 1) & static_cast<unsigned>(search_.slots - 1)) {
      const std::int32_t found = atomicCAS(rows_ + at, std::int32_t{kFree}, row);
      if (found == row) return true;
      if (found != kFree) continue;
      const std::int32_t number = atomicAdd(count_, std::int32_t{1});
      distinct_[number] = row;
      return number < search_.capacity;
    }
  }

  /// Of a row that is there.
  __device__ unsigned slot_of(std::int32_t row) const {
    unsigned at = home(row);
    while (rows_[at] != row) at = (at + 1) & static_cast<unsigned>(search_.slots - 1);
    return at;
  }

  const Search& search_;
  std::int32_t *rows_, *numbers_;  // [slots]
  std::int32_t* distinct_;         // [capacity + kThreads]
  std::int32_t* count_;
  std::int64_t base_;
  const std::int32_t* starts_;
};

/// One block a tile. Passes take as many offsets as fit; as a rule all of them.
template <bool kWrite>
__global__ void __launch_bounds__(kThreads) passes_kernel(Search search) {
  __shared__ std::int32_t count;
  RowSet set(search, &count);
  std::int32_t passes = 0, rows = 0;
  for (std::int64_t begin = 0, end = 0; begin < search.offsets; begin = end) {
    end = search.offsets;
    if (!set.fill(begin, end)) {
      end = begin + 1;  // fits: at most one row for each that is written
      for (std::int64_t beyond = search.offsets; beyond - end > 1;) {
        const std::int64_t middle = end + (beyond - end) / 2;
        if (set.fill(begin, middle)) end = middle;
        else beyond = middle;
      }
      set.fill(begin, end);
    }
    if (set.count() == 0) break;  // nothing until the end
    if constexpr (kWrite) {
      const std::int64_t first = std::int64_t{search.row_counts[blockIdx.x]} + rows;
      set.write(begin, end, first);
      if (threadIdx.x == 0)
        search.passes[search.pass_counts[blockIdx.x] + passes] = {static_cast<std::int32_t>(end),
                                                                  set.count(), first};
    }
    ++passes;
    rows += set.count();
  }
  if (!kWrite && threadIdx.x == 0) {
    search.pass_counts[blockIdx.x] = passes;
    search.row_counts[blockIdx.x] = rows;
  }
}

void scan(Buffer<std::int32_t>& counts, std::int32_t* total) {
  launch(exclusive_scan_kernel<std::int32_t>, 1, kThreads, 0, current_stream(), counts.data(),
         counts.size(), total);
}

}  // namespace

TilePlan::TilePlan(const PairLists& pairs, Buffer<std::int32_t> order, bool input_gradient,
                   TileShape shape)
    : offsets_(pairs.offsets()),
      shape_(shape),
      tiles_(static_cast<int>(ceil_div(order.size(), shape.rows()))),
      input_gradient_(input_gradient),
      order_(std::move(order)),
      first_octet_(tiles_),
      first_pass_(tiles_ + 1),
      totals_(1) {
  LSK3D_ASSERT(shape.capacity >= shape.rows() && shape.capacity <= 0xffff, "a capacity of ",
               shape.capacity, " rows for tiles of ", shape.rows());
  const cudaStream_t stream = current_stream();
  const std::int64_t lists = offsets_ * shape.parts;
  std::int64_t pair_count = 0, longest = 0;
  for (const PairList& list : pairs.lists) {
    pair_count += list.count;
    longest = std::max(longest, list.count);
  }
  // Every list of a part ends in at most one octet that is not full.
  const std::int64_t octets = pair_count / kOctet + std::min(pair_count, tiles_ * lists);
  LSK3D_ASSERT(octets <= std::numeric_limits<std::int32_t>::max(), pair_count,
               " pairs in one kernel map");

  const Buffer<PairList> device_lists(pairs.lists);
  Buffer<std::int32_t> positions(order_.size());
  launch(positions_kernel, blocks_for(order_.size()), kThreads, 0, stream, order_.data(),
         order_.size(), positions.data());
  const Sorting sorting{device_lists.data(), offsets_, shape.parts, positions.data(),
                        input_gradient};
  const dim3 grid(std::min(blocks_for(longest).x, kBlocksPerOffset),
                  static_cast<unsigned>(std::min<std::int64_t>(offsets_, 65535)));
  Buffer<std::uint32_t> present(tiles_ * lists * kWords);
  present.zero();
  launch(present_kernel, grid, kThreads, 0, stream, sorting, present.data());

  starts_ = Buffer<std::int32_t>(tiles_ * (lists + 1));
  launch(octets_kernel, blocks_for(starts_.size()), kThreads, 0, stream, present.data(),
         std::int64_t{tiles_}, lists, starts_.data());
  launch(exclusive_scan_kernel<std::int32_t>, dim3(static_cast<unsigned>(tiles_)), kThreads, 0,
         stream, starts_.data(), lists + 1, first_octet_.data());
  scan(first_octet_, nullptr);
  pairs_ = Buffer<TilePair>(octets * kOctet);
  pairs_.zero();
  Buffer<std::int32_t> from(octets * kOctet);
  launch(place_kernel, grid, kThreads, 0, stream, sorting, present.data(), first_octet_.data(),
         starts_.data(), pairs_.data(), from.data());

  Buffer<std::int32_t> first_row(tiles_);
  const int slots =
      static_cast<int>(std::bit_ceil(static_cast<unsigned>(2 * (shape.capacity + kThreads))));
  const std::size_t shared = RowSet::bytes(slots, shape.capacity);
  Search search{.offsets = offsets_,
                .parts = shape.parts,
                .first_octet = first_octet_.data(),
                .starts = starts_.data(),
                .from = from.data(),
                .pairs = pairs_.data(),
                .capacity = shape.capacity,
                .slots = slots,
                .pass_counts = first_pass_.data(),
                .row_counts = first_row.data(),
                .passes = nullptr,
                .halo_rows = nullptr};
  const dim3 per_tile(static_cast<unsigned>(tiles_));
  first_pass_.zero();  // the one behind the last tile
  launch(passes_kernel<false>, per_tile, kThreads, shared, stream, search);
  scan(first_pass_, nullptr);
  scan(first_row, totals_.data());
  // How many there are the GPU knows: memory for as many as there can be. A pass and what follows
  // it do not fit together, so that any two read more than the capacity; no pair reads two rows.
  passes_ = Buffer<TilePass>(tiles_ + 2 * pair_count / shape.capacity);
  halo_rows_ = Buffer<std::int32_t>(pair_count);
  search.passes = passes_.data();
  search.halo_rows = halo_rows_.data();
  launch(passes_kernel<true>, per_tile, kThreads, shared, stream, search);
}

std::int64_t TilePlan::pass_count() const {
  std::int32_t count = 0;
  copy_to_host(&count, first_pass_.data() + tiles_, sizeof count);
  return count;
}

std::int64_t TilePlan::halo_row_count() const { return totals_.to_host()[0]; }

TilePlanView TilePlan::view() const {
  return {.parts = shape_.parts,
          .offsets = offsets_,
          .output_rows = order_.size(),
          .order = order_.data(),
          .first_octet = first_octet_.data(),
          .starts = starts_.data(),
          .pairs = pairs_.data(),
          .first_pass = first_pass_.data(),
          .passes = passes_.data(),
          .halo_rows = halo_rows_.data()};
}

std::int64_t TilePlan::bytes() const {
  const std::int64_t words = order_.size() + first_octet_.size() + starts_.size() +
                             first_pass_.size() + halo_rows_.size() + pairs_.size();
  return words * 4 + passes_.size() * static_cast<std::int64_t>(sizeof(TilePass));
}

}  // namespace lsk3d::cuda
