// SPDX-License-Identifier: MIT
// One maker per family, each defined in src/kernels/cpu/<family>.cpp; table.cpp collects them.
#pragma once
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {

ElementwiseKernels cpu_elementwise_kernels();
LinearKernels cpu_linear_kernels();
BatchNormKernels cpu_batch_norm_kernels();
SegmentKernels cpu_segment_kernels();
ConvKernels cpu_conv_kernels();
LossKernels cpu_loss_kernels();
OptimKernels cpu_optim_kernels();
PointKernels cpu_point_kernels();
ChannelKernels cpu_channel_kernels();

}  // namespace lsk3d
