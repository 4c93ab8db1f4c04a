// SPDX-License-Identifier: MIT
#include "scan_rows.h"

#include <cstring>

namespace lsk3d {

Tensor gather_rows(const Tensor& tensor, std::span<const std::int32_t> index) {
  if (!tensor.defined()) return {};
  Shape shape = tensor.shape();
  const std::size_t row = shape[0] > 0 ? tensor.bytes() / static_cast<std::size_t>(shape[0]) : 0;
  const std::int64_t rows = shape[0];
  shape[0] = static_cast<std::int64_t>(index.size());
  Tensor out = Tensor::empty(shape, tensor.dtype());
  const auto* from = static_cast<const std::byte*>(tensor.raw());
  auto* to = static_cast<std::byte*>(out.raw());
  for (const std::int32_t i : index) {
    LSK3D_ASSERT(i >= 0 && i < rows, "row ", i, " of ", rows);
    std::memcpy(to, from + static_cast<std::size_t>(i) * row, row);
    to += row;
  }
  return out;
}

Tensor append_rows(const Tensor& a, const Tensor& b) {
  LSK3D_ASSERT(a.dtype() == b.dtype() && a.rank() == b.rank(), "rows of ", to_string(a.shape()),
               " and ", to_string(b.shape()));
  Shape shape = a.shape();
  shape[0] += b.dim(0);
  Tensor out = Tensor::empty(shape, a.dtype());
  auto* to = static_cast<std::byte*>(out.raw());
  if (a.bytes() > 0) std::memcpy(to, a.raw(), a.bytes());
  if (b.bytes() > 0) std::memcpy(to + a.bytes(), b.raw(), b.bytes());
  return out;
}

}  // namespace lsk3d
