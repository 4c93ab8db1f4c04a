// SPDX-License-Identifier: MIT
// Linked in place of the CUDA kernels in a build without them.
#include "cuda_kernels.h"
#include "lsk3d/core/error.h"
#include "lsk3d/kernels/topology.h"

namespace lsk3d {

const Kernels& cuda_kernels(Device device) {
  throw DeviceError("device " + to_string(device) +
                    ": expected a build with CUDA, found one without; use --device cpu");
}

FoundTopology find_topology(const TopologyArgs&) {
  throw DeviceError(
      "topology on a GPU: expected a build with CUDA, found one without; use --device cpu");
}

}  // namespace lsk3d
