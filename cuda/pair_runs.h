// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "device/memory.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

/// Pairs [begin, end) of one offset: what one block sums of a weight gradient.
struct PairRun {
  std::int64_t begin, end;
  std::int32_t k;
  std::int32_t part;  // where its sum goes; -1: to the gradient, being all of its offset
};

/// The parts of one offset's gradient, in order.
struct PartSum {
  std::int32_t k, first, count;
};

/// Runs of at most `run` pairs, of all offsets, the longest first: the last blocks are short ones.
class PairRuns {
 public:
  PairRuns(const PairLists& pairs, std::int64_t run);

  const PairRun* runs() const { return runs_.data(); }
  std::int64_t count() const { return runs_.size(); }
  const PartSum* sums() const { return sums_.data(); }
  std::int64_t sum_count() const { return sums_.size(); }
  std::int64_t part_count() const { return parts_; }

 private:
  std::int64_t parts_ = 0;
  Buffer<PairRun> runs_;
  Buffer<PartSum> sums_;
};

}  // namespace lsk3d::cuda
