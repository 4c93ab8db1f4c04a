// SPDX-License-Identifier: MIT
#include "pair_lists.h"

#include <map>

#include "device/launch.h"

namespace lsk3d::cuda {

DevicePairs::DevicePairs(const PairLists& host) {
  using Range = std::pair<const std::int32_t*, std::int64_t>;
  std::map<Range, std::int64_t> places;
  std::vector<std::int32_t> rows;
  const auto place = [&](const std::int32_t* data, std::int64_t count) {
    const auto [it, fresh] = places.emplace(Range{data, count}, static_cast<std::int64_t>(rows.size()));
    if (fresh) rows.insert(rows.end(), data, data + count);
    return it->second;
  };
  std::vector<std::int64_t> in, out;
  for (const PairList& list : host.lists) {
    in.push_back(place(list.in, list.count));
    out.push_back(place(list.out, list.count));
  }
  rows_ = Buffer<std::int32_t>(std::span<const std::int32_t>(rows));
  for (std::size_t k = 0; k < in.size(); ++k)
    lists_.push_back({rows_.data() + in[k], rows_.data() + out[k], host.lists[k].count});
}

namespace {

__global__ void tile_starts_kernel(const PairList* lists, std::int64_t offsets, std::int64_t tiles,
                                   std::int64_t tile_rows, bool input_gradient, std::int32_t* starts) {
  for (std::int64_t i = first_item(); i < offsets * (tiles + 1); i += item_step()) {
    const PairList list = lists[i % offsets];
    const std::int64_t row = i / offsets * tile_rows;
    const std::int32_t* rows = input_gradient ? list.in : list.out;
    std::int64_t begin = 0, end = list.count;  // a binary search: rows increase
    while (begin < end) {
      const std::int64_t middle = begin + (end - begin) / 2;
      if (rows[middle] < row) begin = middle + 1;
      else end = middle;
    }
    starts[i] = static_cast<std::int32_t>(begin);
  }
}

}  // namespace

Buffer<std::int32_t> tile_starts(const PairList* lists, std::int64_t offsets, std::int64_t tiles,
                                 std::int64_t tile_rows, bool input_gradient) {
  Buffer<std::int32_t> starts(offsets * (tiles + 1));
  launch(tile_starts_kernel, blocks_for(starts.size()), kThreads, 0, current_stream(), lists, offsets,
         tiles, tile_rows, input_gradient, starts.data());
  return starts;
}

}  // namespace lsk3d::cuda
