// SPDX-License-Identifier: MIT
// Differentiable ops: each runs an ops/ forward and, where a tape records and an input wants a
// gradient, records the matching ops/ backward.
#pragma once
#include <memory>
#include <vector>

#include "lsk3d/autograd/variable.h"
#include "lsk3d/ops/submanifold_conv.h"
#include "lsk3d/sparse/kernel_map.h"
#include "lsk3d/sparse/spatial_partition.h"
#include "lsk3d/sparse/voxel_grid.h"

namespace lsk3d {

/// x [N, C_in] · weightᵀ + bias; weight [C_out, C_in], bias [C_out] or undefined.
Variable linear(const Variable& x, const Variable& weight, const Variable& bias);

/// See sparse_conv_forward. weight [kz, ky, kx, C_in, C_out].
Variable sparse_conv(const Variable& x, const Variable& weight, const KernelMap& map,
                     std::shared_ptr<const WeightPattern> pattern = nullptr);

/// See depthwise_conv_forward. weight [kz, ky, kx, C].
Variable depthwise_conv(const Variable& x, const Variable& weight, const KernelMap& map,
                        std::shared_ptr<const WeightPattern> pattern = nullptr);

/// See shared_conv_forward. weight [parts, parts, parts, C_in, C_out].
Variable shared_conv(const Variable& x, const Variable& weight, const KernelMap& map,
                     const SpatialPartition& partition);

/// Normalises the columns of x [N, C]; in training by batch statistics (biased variance), updating
/// the running ones (unbiased variance), else by the running ones. Then LeakyReLU with `slope` (1:
/// no activation, 0: ReLU), fused.
Variable batch_norm(const Variable& x, const Variable& weight, const Variable& bias,
                    Tensor& running_mean, Tensor& running_var, bool training, double slope = 1.0,
                    double momentum = 0.1, double eps = 1e-5);

/// x where x > 0, slope · x elsewhere.
Variable leaky_relu(const Variable& x, double slope);
Variable add(const Variable& a, const Variable& b);
/// leaky_relu(a + b, slope), fused.
Variable add_leaky_relu(const Variable& a, const Variable& b, double slope);
/// Columns side by side: [N, C_1 + C_2 + …].
Variable concat(const std::vector<Variable>& parts);

/// out[n] = x[rows.index[n]]: from segments to their rows.
Variable gather(const Variable& x, const Segments& rows);
/// Mean over the rows of each segment: [rows, C] -> [segments, C].
Variable segment_mean(const Variable& x, const Segments& rows);
/// segment_mean(gather(x, from), to) without the intermediate: x lives on the segments of `from`,
/// the result on those of `to`; both group the same rows (points).
Variable gather_mean(const Variable& x, const Segments& from, const Segments& to);

/// Weighted cross-entropy with label smoothing as PyTorch's: labels i32 [N],
/// class_weights [classes], rows of label `ignore` left out; a scalar. 0 where all are ignored.
Variable cross_entropy(const Variable& logits, const Tensor& labels, const Tensor& class_weights,
                       double label_smoothing, int ignore = 0);
/// Lovász-softmax (Berman et al., CVPR 2018): mean over the classes present, `ignore` left out.
Variable lovasz_softmax(const Variable& logits, const Tensor& labels, int ignore = 0);

}  // namespace lsk3d
