// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>

#include "lsk3d/ops/submanifold_conv.h"

namespace lsk3d {

/// What the conv kernels may skip under a mask [K, C_in, C_out]: empty offsets and, where `blocks`,
/// empty blocks of 16 × 16 channels. Null where that is nothing.
std::shared_ptr<const WeightPattern> make_pattern(const std::uint8_t* mask, std::int64_t offsets,
                                                  std::int64_t c_in, std::int64_t c_out,
                                                  bool blocks);

}  // namespace lsk3d
