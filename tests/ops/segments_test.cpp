// SPDX-License-Identifier: MIT
#include "lsk3d/ops/segments.h"

#include <gtest/gtest.h>

#include "ops/random_topology.h"
#include "support/expect_throw.h"

namespace lsk3d {
namespace {

using testing_support::distance;
using testing_support::random_indices;
using testing_support::random_tensor;
using testing_support::segments_of;

std::vector<float> values(const Tensor& t) {
  const auto s = t.span<float>();
  return {s.begin(), s.end()};
}
using Values = std::vector<float>;

/// Rows 0 … 4 in segments {0, 3}, {}, {1, 2, 4}.
Segments small_segments() {
  return segments_of(Tensor::from<std::int32_t>({0, 2, 2, 0, 2}, {5}), 3);
}

TEST(Gather, ByHand) {
  const Segments s = small_segments();
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {3, 2});
  EXPECT_EQ(values(gather_forward(x, s)), (Values{1, 2, 5, 6, 5, 6, 1, 2, 5, 6}));
  const Tensor g = Tensor::from<float>({1, 10, 2, 20, 3, 30, 4, 40, 5, 50}, {5, 2});
  EXPECT_EQ(values(gather_backward(g, s)), (Values{5, 50, 0, 0, 10, 100}));
}

TEST(Gather, OfSomeRowsIsThoseOfAll) {
  const Segments s = small_segments();
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {3, 2});
  EXPECT_EQ(values(gather_forward(x, s.index.rows(1, 4))), (Values{5, 6, 5, 6, 1, 2}));
  EXPECT_EQ(gather_forward(x, s.index.rows(2, 2)).shape(), (Shape{0, 2}));
}

TEST(SegmentMean, ByHand) {
  const Segments s = small_segments();
  const Tensor x = Tensor::from<float>({1, 3, 5, 7, 1}, {5, 1});
  EXPECT_EQ(values(segment_mean_forward(x, s)), (Values{4, 0, 3}));
  const Tensor g = Tensor::from<float>({2, 100, 6}, {3, 1});
  EXPECT_EQ(values(segment_mean_backward(g, s)), (Values{1, 2, 2, 1, 2}));
}

TEST(GatherMean, IsGatherThenSegmentMean) {
  for (const std::int64_t from_count : {3, 400})
    for (const std::int64_t to_count : {2, 300}) {
      const Segments from = segments_of(random_indices(1000, from_count, 1), from_count);
      const Segments to = segments_of(random_indices(1000, to_count, 2), to_count);
      const Tensor x = random_tensor({from_count, 5}, 3), g = random_tensor({to_count, 5}, 4);
      EXPECT_LE(distance(gather_mean_forward(x, from, to),
                         segment_mean_forward(gather_forward(x, from), to)),
                1e-14);
      EXPECT_LE(distance(gather_mean_backward(g, from, to),
                         gather_backward(segment_mean_backward(g, to), from)),
                1e-14);
    }
}

TEST(SegmentMean, OfManyRowsStaysAccurateInFloat) {
  const std::int64_t n = 200000;
  const Segments one = segments_of(Tensor::zeros({n}, DType::i32), 1);
  const Tensor x = random_tensor({n, 2}, 1, DType::f64, 0, 100);
  EXPECT_LE(distance(segment_mean_forward(x.to(DType::f32), one), segment_mean_forward(x, one)),
            1e-5);
}

TEST(Segments, OfNothingAreEmpty) {
  const Segments none = segments_of(Tensor::zeros({0}, DType::i32), 0);
  const Tensor x = Tensor::zeros({0, 4});
  EXPECT_EQ(gather_forward(x, none).shape(), (Shape{0, 4}));
  EXPECT_EQ(segment_mean_forward(x, none).shape(), (Shape{0, 4}));
  EXPECT_EQ(gather_mean_backward(x, none, none).shape(), (Shape{0, 4}));
}

TEST(Segments, RefuseArgumentsThatDoNotFit) {
  const Segments s = small_segments();
  const Tensor by_segment = Tensor::zeros({3, 2}), by_row = Tensor::zeros({5, 2});
  LSK3D_EXPECT_THROW(gather_forward(by_row, s), UsageError, "gather", "x", "[5, 2]", "[3, 2]");
  LSK3D_EXPECT_THROW(gather_forward(Tensor(), s), UsageError, "gather", "x");
  LSK3D_EXPECT_THROW(gather_forward(Tensor::zeros({3}), s), UsageError, "gather", "x");
  LSK3D_EXPECT_THROW(gather_backward(by_segment, s), UsageError, "gather", "grad_y");
  LSK3D_EXPECT_THROW(segment_mean_forward(by_segment, s), UsageError, "segment_mean", "x");
  LSK3D_EXPECT_THROW(gather_mean_forward(by_row, s, s), UsageError, "gather_mean", "x");
  LSK3D_EXPECT_THROW(gather_forward(by_segment, Segments()), UsageError, "gather", "rows");
  const Segments four = segments_of(Tensor::zeros({4}, DType::i32), 1);
  LSK3D_EXPECT_THROW(gather_mean_forward(by_segment, s, four), UsageError, "to", "5 rows");
}

TEST(Segments, RefuseIndicesThatWouldReadElsewhere) {
  const Tensor by_segment = Tensor::zeros({3, 2}), by_row = Tensor::zeros({5, 2});
  Segments s = small_segments();
  s.index.data<std::int32_t>()[4] = 3;
  LSK3D_EXPECT_THROW(gather_forward(by_segment, s), UsageError, "rows.index", "found 3", "row 4");
  LSK3D_EXPECT_THROW(gather_forward(by_segment, s.index), UsageError, "index", "found 3", "row 4");
  LSK3D_EXPECT_THROW(gather_forward(by_segment, Tensor()), UsageError, "gather", "index");
  s.index.data<std::int32_t>()[4] = -1;
  LSK3D_EXPECT_THROW(gather_forward(by_segment, s.index), UsageError, "index", "found -1", "row 4");
  s = small_segments();
  s.order.data<std::int32_t>()[1] = -1;
  LSK3D_EXPECT_THROW(segment_mean_forward(by_row, s), UsageError, "rows.order", "-1");
  s = small_segments();
  s.start.data<std::int64_t>()[1] = 6;
  LSK3D_EXPECT_THROW(segment_mean_forward(by_row, s), UsageError, "rows.start");
  s = small_segments();
  s.start.data<std::int64_t>()[3] = 6;
  LSK3D_EXPECT_THROW(segment_mean_forward(by_row, s), UsageError, "rows.start", "found 0 to 6");
}

}  // namespace
}  // namespace lsk3d
