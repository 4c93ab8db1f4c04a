// SPDX-License-Identifier: MIT
#include "arguments.h"

#include <algorithm>
#include <limits>

namespace lsk3d {
namespace {

std::string describe(const Tensor& t) {
  if (!t.defined()) return "an undefined tensor";
  return str_cat(to_string(t.dtype()), " ", to_string(t.shape()), " on ", to_string(t.device()));
}

bool is_float(const Tensor& t) {
  return t.defined() && (t.dtype() == DType::f32 || t.dtype() == DType::f64);
}

}  // namespace

void require_float(const char* op, const char* argument, const Tensor& t) {
  LSK3D_CHECK(is_float(t), UsageError, op, ": ", argument, ": expected f32 or f64, found ",
              describe(t));
}

int require_matrix(const char* op, const char* argument, const Tensor& t) {
  LSK3D_CHECK(is_float(t) && t.rank() == 2, UsageError, op, ": ", argument,
              ": expected a matrix [rows, channels] of f32 or f64, found ", describe(t));
  LSK3D_CHECK(t.dim(1) <= std::numeric_limits<int>::max(), UsageError, op, ": ", argument,
              ": expected at most 2147483647 channels, found ", describe(t));
  return static_cast<int>(t.dim(1));
}

void require_shape(const char* op, const char* argument, const Tensor& t, const Shape& shape,
                   const Tensor& like) {
  LSK3D_CHECK(
      t.defined() && t.shape() == shape && t.dtype() == like.dtype() && t.device() == like.device(),
      UsageError, op, ": ", argument, ": expected ", to_string(like.dtype()), " ", to_string(shape),
      " on ", to_string(like.device()), ", found ", describe(t));
}

void require_slope(const char* op, double slope) {
  LSK3D_CHECK(slope >= 0 && slope <= std::numeric_limits<double>::max(), UsageError, op,
              ": slope: expected a finite number of at least 0, found ", slope);
}

void require_indices(const char* op, const char* argument, const Tensor& t, std::int64_t n,
                     std::int64_t end, std::int64_t extra, const Tensor& like) {
  LSK3D_CHECK(t.defined() && t.dtype() == DType::i32 && t.shape() == Shape{n} &&
                  t.device() == like.device(),
              UsageError, op, ": ", argument, ": expected i32 ", to_string(Shape{n}), " on ",
              to_string(like.device()), ", found ", describe(t));
  if (!t.device().is_cpu()) return;
  const auto values = t.span<std::int32_t>();
  std::int64_t bad = 0;  // a count without a branch: the compiler makes it one pass of vectors
  for (const std::int32_t v : values) bad += (v < 0 || v >= end) && v != extra;
  if (bad == 0) return;
  const auto first = std::find_if(values.begin(), values.end(), [&](std::int32_t v) {
    return (v < 0 || v >= end) && v != extra;
  });
  throw UsageError(str_cat(op, ": ", argument, ": expected values of 0 to ", end - 1, ", found ",
                           *first, " at row ", first - values.begin(), " (", bad, " such rows)"));
}

void require_map(const char* op, const KernelMap& map, const Tensor& features) {
  LSK3D_CHECK(map.defined(), UsageError, op,
              ": map: expected a kernel map, found an undefined one");
  LSK3D_CHECK(map.device() == features.device(), UsageError, op, ": map: expected it on ",
              to_string(features.device()), " as the features, found it on ",
              to_string(map.device()), "; move it with KernelMap::to");
  LSK3D_CHECK(features.dim(0) == map.rows_in(), UsageError, op, ": features: expected ",
              map.rows_in(), " rows, as its kernel map, found ", features.dim(0));
}

void require_offsets(const char* op, const std::vector<std::int32_t>& offsets, int volume) {
  std::int64_t before = -1;
  for (const std::int32_t offset : offsets) {
    LSK3D_CHECK(offset > before && offset < volume, UsageError, op,
                ": pattern: expected increasing offsets of 0 to ", volume - 1, ", found ", offset,
                " after ", before);
    before = offset;
  }
}

SegmentView require_segments(const char* op, const char* argument, const Segments& segments,
                             const Tensor& like) {
  LSK3D_CHECK(segments.start.defined() && segments.start.dtype() == DType::i64 &&
                  segments.start.rank() == 1 && segments.start.dim(0) >= 1 &&
                  segments.index.defined() && segments.index.rank() == 1,
              UsageError, op, ": ", argument,
              ": expected segments with start i64 [segments + 1] and index i32 [rows], found ",
              describe(segments.start), " and ", describe(segments.index));
  const std::int64_t count = segments.count(), rows = segments.rows();
  require_indices(op, str_cat(argument, ".index").c_str(), segments.index, rows, count, kNoExtra,
                  like);
  require_indices(op, str_cat(argument, ".order").c_str(), segments.order, rows, rows, kNoExtra, like);
  LSK3D_CHECK(segments.start.device() == like.device(), UsageError, op, ": ", argument,
              ".start: expected it on ", to_string(like.device()), ", found ",
              describe(segments.start));
  const std::int64_t* start = segments.start.address<std::int64_t>();
  if (like.device().is_cpu())
    LSK3D_CHECK(start[0] == 0 && start[count] == rows && std::is_sorted(start, start + count + 1),
                UsageError, op, ": ", argument, ".start: expected increasing values from 0 to ",
                rows, ", found ", start[0], " to ", start[count]);
  return {.start = start,
          .order = segments.order.address<std::int32_t>(),
          .index = segments.index.address<std::int32_t>(),
          .count = count,
          .rows = rows};
}

}  // namespace lsk3d
