// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Rows `index` of a tensor of any 4-byte dtype, in that order. Undefined gives undefined.
Tensor gather_rows(const Tensor& tensor, std::span<const std::int32_t> index);

/// `a`'s rows, then `b`'s: same dtype and row size.
Tensor append_rows(const Tensor& a, const Tensor& b);

}  // namespace lsk3d
