// SPDX-License-Identifier: MIT
// A conv weight without its pruned parts, as exported models store it.
#pragma once
#include <memory>
#include <string>

#include "lsk3d/core/tensor.h"
#include "lsk3d/ops/submanifold_conv.h"

namespace lsk3d {

/// What is kept of a weight [kz, ky, kx, C_in, C_out], or depth-wise [kz, ky, kx, C] with C_in 1,
/// which is what is not 0.
struct PackedWeight {
  /// element: u8 [⌈weights/8⌉], bit i%8 of byte i/8 tells of weight i; offset: i32 [kept], rising;
  /// block: i32 [kept], rising, (offset · ⌈C_in/16⌉ + i) · ⌈C_out/16⌉ + j.
  Tensor index;
  Tensor low;   // u8 [values, 1 or 3]: all but the highest byte of the values, bf16 or f32
  Tensor high;  // u8: their highest bytes, sign and exponent, deflated
};

/// Keeps what is not 0: single weights (`layout` element), whole offsets with any (offset), or 16 ×
/// 16 blocks with any (block). Values are stored as `dtype`, f32 or bf16.
PackedWeight pack_weight(const Tensor& weight, const std::string& layout, DType dtype);

/// The f32 weight of `shape`. Throws DataError that opens with `name` where the parts do not fit
/// it.
Tensor unpack_weight(const PackedWeight& packed, const std::string& layout, const Shape& shape,
                     const std::string& name);

/// What the conv kernels may skip of a weight, judged by its zeros; null where that is nothing.
/// `layout` block: also 16 × 16 blocks, else whole offsets.
std::shared_ptr<const WeightPattern> pattern_of_zeros(const Tensor& weight,
                                                      const std::string& layout);

}  // namespace lsk3d
