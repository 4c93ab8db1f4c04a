// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {

/// CUDA's table, from the CUDA library where one is linked, else from cuda_unavailable.cpp, which
/// throws DeviceError.
const Kernels& cuda_kernels(Device device);

}  // namespace lsk3d
