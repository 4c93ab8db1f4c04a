// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>

#include "bench/subjects.h"

namespace lsk3d::cli {

double pattern_flops(const PairLists& pairs, int c_in, int c_out, const WeightPattern* pattern) {
  const int in_blocks = (c_in + 15) / 16, out_blocks = (c_out + 15) / 16;
  double products = 0;
  for (std::int64_t k = 0; k < pairs.offsets(); ++k) {
    double share = 1;
    if (pattern) {
      if (!std::binary_search(pattern->offsets.begin(), pattern->offsets.end(), k)) continue;
      if (!pattern->block_mask.empty()) {
        int set = 0;
        for (int i = 0; i < in_blocks; ++i)
          set += std::popcount(pattern->block_mask[static_cast<std::size_t>(k * in_blocks + i)]);
        share = double(set) / (in_blocks * out_blocks);
      }
    }
    products += share * double(pairs.count(k));
  }
  return 2 * products * c_in * c_out;
}

}  // namespace lsk3d::cli
