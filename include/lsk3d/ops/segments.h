// SPDX-License-Identifier: MIT
// Between segments (voxels) and their rows (points, or finer voxels). f32 or f64.
#pragma once
#include "lsk3d/core/tensor.h"
#include "lsk3d/sparse/voxel_grid.h"

namespace lsk3d {

/// out[n] = x[rows.index[n]]: [segments, C] -> [rows, C].
Tensor gather_forward(const Tensor& x, const Segments& rows);
/// out[n] = x[index[n]] for i32 `index` [N]: [segments, C] -> [N, C].
Tensor gather_forward(const Tensor& x, const Tensor& index);
Tensor gather_backward(const Tensor& grad_y, const Segments& rows);

/// Mean over the rows of each segment: [rows, C] -> [segments, C].
Tensor segment_mean_forward(const Tensor& x, const Segments& rows);
Tensor segment_mean_backward(const Tensor& grad_y, const Segments& rows);

/// segment_mean(gather(x, from), to): [from's segments, C] -> [to's segments, C], of the same rows.
Tensor gather_mean_forward(const Tensor& x, const Segments& from, const Segments& to);
Tensor gather_mean_backward(const Tensor& grad_y, const Segments& from, const Segments& to);

}  // namespace lsk3d
