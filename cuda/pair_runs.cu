// SPDX-License-Identifier: MIT
#include "pair_runs.h"

#include <algorithm>
#include <vector>

namespace lsk3d::cuda {

PairRuns::PairRuns(const PairLists& pairs, std::int64_t run) {
  std::vector<PairRun> runs;
  std::vector<PartSum> sums;
  for (std::int32_t k = 0; k < pairs.offsets(); ++k) {
    const std::int64_t pairs_of_k = pairs.count(k);
    const bool split = pairs_of_k > run;
    const auto first = static_cast<std::int32_t>(parts_);
    for (std::int64_t begin = 0; begin < pairs_of_k; begin += run)
      runs.push_back({begin, std::min(begin + run, pairs_of_k), k,
                      split ? static_cast<std::int32_t>(parts_++) : -1});
    if (split) sums.push_back({k, first, static_cast<std::int32_t>(parts_) - first});
  }
  std::stable_sort(runs.begin(), runs.end(), [](const PairRun& x, const PairRun& y) {
    return x.end - x.begin > y.end - y.begin;
  });
  runs_ = Buffer<PairRun>(std::span<const PairRun>(runs));
  sums_ = Buffer<PartSum>(std::span<const PartSum>(sums));
}

}  // namespace lsk3d::cuda
