// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "device/memory.h"

namespace lsk3d::cuda {

/// Rows of i32 [count, 4] (batch, x, y, z) on the GPU, sorted by (batch, x, y, z), in an order in
/// which neighbours in space are near each other: by batch, along a Z-order curve over (x, y), then
/// by z. Of x and y the low 16 bits count, so that places 65 536 voxels apart may meet: any order
/// is right, a good one is fast.
Buffer<std::int32_t> curve_order(const std::int32_t* coordinates, std::int64_t count);

}  // namespace lsk3d::cuda
