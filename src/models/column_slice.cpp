// SPDX-License-Identifier: MIT
#include "column_slice.h"

#include <cstring>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

/// Copies [rows, columns] bytes between two row-major arrays of different row length.
void copy_columns(std::byte* to, std::size_t to_stride, const std::byte* from,
                  std::size_t from_stride, std::int64_t rows, std::size_t bytes) {
  for (std::int64_t r = 0; r < rows; ++r)
    std::memcpy(to + r * to_stride, from + r * from_stride, bytes);
}

std::byte* bytes_of(Tensor& t) { return static_cast<std::byte*>(t.raw()); }

}  // namespace

Variable column_slice(const Variable& x, std::int64_t begin, std::int64_t end) {
  const std::int64_t rows = x.dim(0), columns = x.dim(1);
  LSK3D_ASSERT(0 <= begin && begin < end && end <= columns, "slice of columns ", begin, " to ", end,
               " of ", columns);
  const std::size_t element = size_of(x.value().dtype());
  const std::size_t whole = columns * element, part = (end - begin) * element;
  Tensor out = Tensor::empty({rows, end - begin}, x.value().dtype());
  copy_columns(bytes_of(out), part, bytes_of(x.value()) + begin * element, whole, rows, part);
  Tape* tape = Tape::current();
  const bool wants_grad = tape && x.requires_grad();
  Variable y(out, wants_grad);
  if (OpTrace* trace = OpTrace::current())
    trace->record({TracedOp::Kind::column_slice, {x}, {}, y, {}, 1, 0, begin});
  if (wants_grad)
    tape->record([x, y, rows, columns, begin, element, whole, part] {
      if (!y.grad().defined()) return;
      Tensor grad = Tensor::zeros({rows, columns}, x.value().dtype());
      copy_columns(bytes_of(grad) + begin * element, whole, bytes_of(y.grad()), part, rows, part);
      x.accumulate(std::move(grad));
    });
  return y;
}

}  // namespace lsk3d
