// SPDX-License-Identifier: MIT
#include <algorithm>
#include <numeric>

#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_indices;
using testing_support::random_tensor;

/// Start, order and index of `rows` rows in `count` random segments, some of them empty.
std::vector<Tensor> random_segments(std::int64_t rows, std::int64_t count, std::uint64_t seed) {
  const Tensor index = random_indices(rows, count, seed);
  const auto of = index.span<std::int32_t>();
  std::vector<std::int32_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return of[static_cast<std::size_t>(a)] < of[static_cast<std::size_t>(b)];
  });
  std::vector<std::int64_t> start(static_cast<std::size_t>(count) + 1, 0);
  for (const std::int32_t s : of) ++start[static_cast<std::size_t>(s) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  return {Tensor::from(start, {count + 1}), Tensor::from(order, {rows}), index};
}

SegmentView view(const Addresses& at, std::size_t first, std::int64_t count, std::int64_t rows) {
  return {static_cast<const std::int64_t*>(at[first]), static_cast<const std::int32_t*>(at[first + 1]),
          static_cast<const std::int32_t*>(at[first + 2]), count, rows};
}

TEST(CudaSegment, ReduceAndSpreadEqualTheCpu) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const std::int64_t count : {2, 40, 400})  // 150, 7 and less than 1 row each
      for (const bool mean : {false, true}) {
        const std::int64_t rows = 300;
        const int channels = 7;
        std::vector<Tensor> tensors = random_segments(rows, count, 1);
        tensors.push_back(random_tensor({rows, channels}, 2, dtype));
        tensors.push_back(rubbish({count, channels}, dtype));
        tensors.push_back(rubbish({rows, channels}, dtype));
        expect_parity(tensors,
                      [&](const Kernels& kernels, const Addresses& at) {
                        SegmentReduceArgs r;
                        r.dtype = dtype;
                        r.segments = view(at, 0, count, rows);
                        r.x = at[3];
                        r.out = at[4];
                        r.channels = channels;
                        r.mean = mean;
                        kernels.segment.reduce(r);
                        SegmentSpreadArgs s;
                        s.dtype = dtype;
                        s.segments = r.segments;
                        s.x = at[4];
                        s.out = at[5];
                        s.channels = channels;
                        s.mean = mean;
                        kernels.segment.spread(s);
                      },
                      tolerance_of(dtype));
      }
}

TEST(CudaSegment, ReduceByWayOfOtherSegmentsEqualsTheCpu) {
  const std::int64_t rows = 200, count = 30, via_count = 50;
  for (const bool via_mean : {false, true}) {
    std::vector<Tensor> tensors = random_segments(rows, count, 1);
    for (const Tensor& t : random_segments(rows, via_count, 2)) tensors.push_back(t);
    tensors.push_back(random_tensor({via_count, 4}, 3, DType::f32));
    tensors.push_back(rubbish({count, 4}, DType::f32));
    expect_parity(tensors,
                  [&](const Kernels& kernels, const Addresses& at) {
                    const SegmentView via = view(at, 3, via_count, rows);
                    SegmentReduceArgs r;
                    r.segments = view(at, 0, count, rows);
                    r.via = &via;
                    r.x = at[6];
                    r.out = at[7];
                    r.channels = 4;
                    r.mean = true;
                    r.via_mean = via_mean;
                    kernels.segment.reduce(r);
                  },
                  1e-6);
  }
}

}  // namespace
}  // namespace lsk3d::cuda_test
