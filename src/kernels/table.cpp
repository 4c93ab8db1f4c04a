// SPDX-License-Identifier: MIT
#include "cpu/cpu_kernels.h"
#include "cuda_kernels.h"

namespace lsk3d {

const Kernels& cpu_kernels() {
  static const Kernels table{
      .elementwise = cpu_elementwise_kernels(),
      .linear = cpu_linear_kernels(),
      .batch_norm = cpu_batch_norm_kernels(),
      .segment = cpu_segment_kernels(),
      .conv = cpu_conv_kernels(),
      .loss = cpu_loss_kernels(),
      .optim = cpu_optim_kernels(),
      .point = cpu_point_kernels(),
      .channel = cpu_channel_kernels(),
  };
  return table;
}

const Kernels& kernels(Device device) {
  return device.is_cpu() ? cpu_kernels() : cuda_kernels(device);
}

}  // namespace lsk3d
