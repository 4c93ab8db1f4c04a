// SPDX-License-Identifier: MIT
// One maker per family, each defined in cuda/<family>.cu; backend.cu collects them. All pointers of
// their arguments are to GPU memory, except the pair lists and active weights of a conv (see
// pair_lists.h) and the view behind SegmentReduceArgs::via. Work goes to current_stream().
#pragma once
#include "lsk3d/core/check.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d::cuda {

ElementwiseKernels elementwise_kernels();
LinearKernels linear_kernels();
BatchNormKernels batch_norm_kernels();
SegmentKernels segment_kernels();
ConvKernels conv_kernels();
LossKernels loss_kernels();
OptimKernels optim_kernels();
PointKernels point_kernels();
ChannelKernels channel_kernels();

/// Calls f with a float or a double, as `dtype` says.
template <typename F>
void with_float_type(DType dtype, F&& f) {
  if (dtype == DType::f32) return f(float{});
  LSK3D_ASSERT(dtype == DType::f64, "no CUDA kernel for ", to_string(dtype));
  f(double{});
}

}  // namespace lsk3d::cuda
