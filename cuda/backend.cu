// SPDX-License-Identifier: MIT
#include "cuda_kernels.h"
#include "device/check.h"
#include "families.h"

namespace lsk3d {

const Kernels& cuda_kernels(Device device) {
  cuda::select_device(device.index);
  static const Kernels table{
      .elementwise = cuda::elementwise_kernels(),
      .linear = cuda::linear_kernels(),
      .batch_norm = cuda::batch_norm_kernels(),
      .segment = cuda::segment_kernels(),
      .conv = cuda::conv_kernels(),
      .loss = cuda::loss_kernels(),
      .optim = cuda::optim_kernels(),
      .point = cuda::point_kernels(),
      .channel = cuda::channel_kernels(),
  };
  return table;
}

}  // namespace lsk3d
