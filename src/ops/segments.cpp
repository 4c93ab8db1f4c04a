// SPDX-License-Identifier: MIT
#include "lsk3d/ops/segments.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

struct Reduction {
  bool mean = false, via_mean = false;
};

/// x [rows, C], or [via's segments, C], to [segments, C].
Tensor reduce(const Tensor& x, const SegmentView& segments, const SegmentView* via,
              Reduction reduction) {
  const int channels = static_cast<int>(x.dim(1));
  Tensor out = Tensor::empty({segments.count, channels}, x.dtype(), x.device());
  kernels(x.device())
      .segment.reduce({.dtype = x.dtype(),
                       .segments = segments,
                       .via = via,
                       .x = x.raw(),
                       .out = out.raw(),
                       .channels = channels,
                       .mean = reduction.mean,
                       .via_mean = reduction.via_mean});
  return out;
}

/// x [segments, C] to [rows, C].
Tensor spread(const Tensor& x, const SegmentView& segments, bool mean) {
  const int channels = static_cast<int>(x.dim(1));
  Tensor out = Tensor::empty({segments.rows, channels}, x.dtype(), x.device());
  kernels(x.device())
      .segment.spread({.dtype = x.dtype(),
                       .segments = segments,
                       .x = x.raw(),
                       .out = out.raw(),
                       .channels = channels,
                       .mean = mean});
  return out;
}

void require_rows(const char* op, const char* argument, const Tensor& t, std::int64_t rows) {
  require_shape(op, argument, t, {rows, require_matrix(op, argument, t)}, t);
}

void require_same_rows(const SegmentView& from, const SegmentView& to) {
  LSK3D_CHECK(from.rows == to.rows, UsageError, "gather_mean: to: expected segments of the same ",
              from.rows, " rows, found ", to.rows);
}

}  // namespace

Tensor gather_forward(const Tensor& x, const Segments& rows) {
  require_float("gather", "x", x);
  const SegmentView view = require_segments("gather", "rows", rows, x);
  require_rows("gather", "x", x, view.count);
  return spread(x, view, false);
}

Tensor gather_forward(const Tensor& x, const Tensor& index) {
  require_matrix("gather", "x", x);
  require_indices("gather", "index", index, index.defined() ? index.numel() : 0, x.dim(0),
                  kNoExtra, x);
  return spread(x, {.index = index.address<std::int32_t>(), .count = x.dim(0), .rows = index.dim(0)},
                false);
}

Tensor gather_backward(const Tensor& grad_y, const Segments& rows) {
  require_float("gather", "grad_y", grad_y);
  const SegmentView view = require_segments("gather", "rows", rows, grad_y);
  require_rows("gather", "grad_y", grad_y, view.rows);
  return reduce(grad_y, view, nullptr, {});
}

Tensor segment_mean_forward(const Tensor& x, const Segments& rows) {
  require_float("segment_mean", "x", x);
  const SegmentView view = require_segments("segment_mean", "rows", rows, x);
  require_rows("segment_mean", "x", x, view.rows);
  return reduce(x, view, nullptr, {.mean = true});
}

Tensor segment_mean_backward(const Tensor& grad_y, const Segments& rows) {
  require_float("segment_mean", "grad_y", grad_y);
  const SegmentView view = require_segments("segment_mean", "rows", rows, grad_y);
  require_rows("segment_mean", "grad_y", grad_y, view.count);
  return spread(grad_y, view, true);
}

Tensor gather_mean_forward(const Tensor& x, const Segments& from, const Segments& to) {
  require_float("gather_mean", "x", x);
  const SegmentView source = require_segments("gather_mean", "from", from, x);
  const SegmentView target = require_segments("gather_mean", "to", to, x);
  require_same_rows(source, target);
  require_rows("gather_mean", "x", x, source.count);
  return reduce(x, target, &source, {.mean = true});
}

Tensor gather_mean_backward(const Tensor& grad_y, const Segments& from, const Segments& to) {
  require_float("gather_mean", "grad_y", grad_y);
  const SegmentView source = require_segments("gather_mean", "from", from, grad_y);
  const SegmentView target = require_segments("gather_mean", "to", to, grad_y);
  require_same_rows(source, target);
  require_rows("gather_mean", "grad_y", grad_y, target.count);
  return reduce(grad_y, source, &target, {.via_mean = true});
}

}  // namespace lsk3d
