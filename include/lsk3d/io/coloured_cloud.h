// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Labelled points with a colour each, for the programs that show point clouds.
struct ColouredCloud {
  Tensor points;  ///< f32 [N, 4]: x, y, z in metres, remission
  Tensor rgb;     ///< u8 [N, 3]
  Tensor labels;  ///< i32 [N]: raw ids, bit for bit
};

/// Binary, little-endian: float x y z remission, uchar red green blue, int label. Written
/// atomically. Throws UsageError on tensors of another shape or type, DataError where the disk
/// refuses.
void write_ply(const std::string& path, const ColouredCloud& cloud);

/// Version 0.7, binary: x y z intensity F4, rgb F4 (0x00rrggbb packed in the bits, as the Point
/// Cloud Library has it), label U4. Written atomically; throws as write_ply does.
void write_pcd(const std::string& path, const ColouredCloud& cloud);

}  // namespace lsk3d
