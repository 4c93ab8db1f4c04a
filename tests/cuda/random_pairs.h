// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "lsk3d/core/rng.h"
#include "lsk3d/kernels/conv.h"
#include "pair_lists.h"

namespace lsk3d::cuda_test {

struct PairCase {
  int offsets, rows_in, rows_out, c_in, c_out;
  double density;
};

/// Per offset a random subset of rows on both sides, increasing.
struct RandomPairs {
  std::vector<std::vector<std::int32_t>> in, out;
  std::vector<PairList> lists;

  explicit RandomPairs(const PairCase& c) {
    Rng rng(7);
    const auto subset = [&](int rows) {
      std::vector<std::int32_t> chosen;
      for (int r = 0; r < rows; ++r)
        if (rng.uniform() < c.density) chosen.push_back(r);
      return chosen;
    };
    for (int k = 0; k < c.offsets; ++k) {
      in.push_back(subset(c.rows_in));
      out.push_back(subset(c.rows_out));
      const std::size_t n = std::min(in.back().size(), out.back().size());
      in.back().resize(n);
      out.back().resize(n);
    }
    for (std::size_t k = 0; k < in.size(); ++k)
      lists.push_back({in[k].data(), out[k].data(), static_cast<std::int64_t>(in[k].size())});
  }
};

}  // namespace lsk3d::cuda_test
