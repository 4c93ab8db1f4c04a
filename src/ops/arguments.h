// SPDX-License-Identifier: MIT
// Checks of what ops are given. All throw UsageError naming the op, the argument, what was expected
// and what was found.
#pragma once
#include "lsk3d/core/tensor.h"
#include "lsk3d/kernels/segment.h"
#include "lsk3d/sparse/kernel_map.h"
#include "lsk3d/sparse/voxel_grid.h"

namespace lsk3d {

/// A defined tensor of f32 or f64, any shape.
void require_float(const char* op, const char* argument, const Tensor& t);
/// A matrix of f32 or f64. Returns its number of columns.
int require_matrix(const char* op, const char* argument, const Tensor& t);
/// A defined tensor of this shape, with the dtype and on the device of `like`.
void require_shape(const char* op, const char* argument, const Tensor& t, const Shape& shape,
                   const Tensor& like);
/// 0 or more: with a negative slope the sign of LeakyReLU's input could not be told from its
/// output.
void require_slope(const char* op, double slope);
inline constexpr std::int64_t kNoExtra = -1 - (std::int64_t{1} << 40);  // no i32 equals it
/// i32 [n] on the device of `like`; on the CPU also that each is in [0, end) or equals `extra`.
void require_indices(const char* op, const char* argument, const Tensor& t, std::int64_t n,
                     std::int64_t end, std::int64_t extra, const Tensor& like);
/// A kernel map whose input rows are those of `features`.
void require_map(const char* op, const KernelMap& map, const Tensor& features);
/// The offsets of a pattern, increasing, of a kernel of `volume` offsets.
void require_offsets(const char* op, const std::vector<std::int32_t>& offsets, int volume);
/// Segments whose parts fit together, as kernels want them.
SegmentView require_segments(const char* op, const char* argument, const Segments& segments,
                             const Tensor& like);

}  // namespace lsk3d
