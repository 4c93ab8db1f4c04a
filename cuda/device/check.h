// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

namespace lsk3d::cuda {

/// Throws DeviceError, one line that names `doing` ("copying to the GPU"), unless `status` is
/// cudaSuccess. An error of an earlier kernel may show at any later call; the message says so.
void check(cudaError_t status, const char* doing);

/// Makes `device` the current one of this thread; looks at it closely the first time. Cheap when it is
/// current already, so that every entry from outside may ask.
void select_device(int device);

/// The close look, and `device` current. Throws DeviceError, with what to do, where there is no such GPU,
/// where its driver is too old for this build, or where this build has no code for its architecture.
void examine_device(int device);

}  // namespace lsk3d::cuda
