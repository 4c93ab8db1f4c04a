// SPDX-License-Identifier: MIT
// The table of device functions. Ops check their arguments and dispatch here; one table per device
// type is filled by what is linked (cpu_kernels() always, cuda_kernels() in a CUDA build).
#pragma once
#include "lsk3d/core/device.h"
#include "lsk3d/kernels/batch_norm.h"
#include "lsk3d/kernels/channel.h"
#include "lsk3d/kernels/conv.h"
#include "lsk3d/kernels/elementwise.h"
#include "lsk3d/kernels/linear.h"
#include "lsk3d/kernels/loss.h"
#include "lsk3d/kernels/optim.h"
#include "lsk3d/kernels/point.h"
#include "lsk3d/kernels/segment.h"

namespace lsk3d {

/// One small struct of function pointers per family; a null entry means "not on this device".
struct Kernels {
  ElementwiseKernels elementwise;
  LinearKernels linear;
  BatchNormKernels batch_norm;
  SegmentKernels segment;
  ConvKernels conv;
  LossKernels loss;
  OptimKernels optim;
  PointKernels point;
  ChannelKernels channel;
};

/// The table of `device`. Throws DeviceError where this build has none.
const Kernels& kernels(Device device);

/// The CPU's table; a test demands that it has no hole.
const Kernels& cpu_kernels();

}  // namespace lsk3d
