// SPDX-License-Identifier: MIT
#include "lsk3d/ops/concat.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

/// Start of column `column` in memory.
const std::byte* at_column(const Tensor& t, std::int64_t column) {
  return static_cast<const std::byte*>(t.raw()) +
         static_cast<std::size_t>(column) * size_of(t.dtype());
}

}  // namespace

Tensor concat_forward(const std::vector<Tensor>& parts) {
  LSK3D_CHECK(!parts.empty(), UsageError, "concat: parts: expected at least 1, found 0");
  const Tensor& first = parts.front();
  std::int64_t columns = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string argument = str_cat("parts[", i, "]");
    columns += require_matrix("concat", argument.c_str(), parts[i]);
    require_shape("concat", argument.c_str(), parts[i], {first.dim(0), parts[i].dim(1)}, first);
  }
  Tensor out = Tensor::empty({first.dim(0), columns}, first.dtype(), first.device());
  std::int64_t column = 0;
  for (const Tensor& part : parts) {
    kernels(first.device())
        .elementwise.copy_columns({.dtype = first.dtype(),
                                   .from = part.raw(),
                                   .to = const_cast<std::byte*>(at_column(out, column)),
                                   .rows = first.dim(0),
                                   .columns = part.dim(1),
                                   .from_stride = part.dim(1),
                                   .to_stride = columns});
    column += part.dim(1);
  }
  return out;
}

Tensor concat_backward(const Tensor& grad_y, std::int64_t begin, std::int64_t columns) {
  const int all = require_matrix("concat", "grad_y", grad_y);
  LSK3D_CHECK(begin >= 0 && columns >= 0 && begin <= all && columns <= all - begin, UsageError,
              "concat: expected columns within 0 to ", all, ", found ", columns, " from ", begin);
  Tensor grad = Tensor::empty({grad_y.dim(0), columns}, grad_y.dtype(), grad_y.device());
  kernels(grad_y.device())
      .elementwise.copy_columns({.dtype = grad_y.dtype(),
                                 .from = at_column(grad_y, begin),
                                 .to = grad.raw(),
                                 .rows = grad_y.dim(0),
                                 .columns = columns,
                                 .from_stride = all,
                                 .to_stride = columns});
  return grad;
}

}  // namespace lsk3d
