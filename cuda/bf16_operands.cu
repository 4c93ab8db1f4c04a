// SPDX-License-Identifier: MIT
#include "bf16_operands.h"

#include "device/bfloat16.h"
#include "device/check.h"
#include "device/launch.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

__global__ void pack_kernel(const float* weight, std::int64_t offsets, int c_in, int c_out,
                            bool input_gradient, int row_tiles, int steps, LaneChannels channels,
                            uint4* packed) {
  const int read = input_gradient ? c_out : c_in, write = input_gradient ? c_in : c_out;
  for (std::int64_t i = first_item(); i < offsets * row_tiles * steps * 32; i += item_step()) {
    const int g = static_cast<int>(i % 32) / 4, q = static_cast<int>(i % 4);
    const int step = static_cast<int>(i / 32 % steps);
    const int row = static_cast<int>(i / 32 / steps % row_tiles) * 16 + g;
    const float* of_offset = weight + i / 32 / steps / row_tiles * c_in * c_out;
    const auto element = [&](int w, int r) {
      if (w >= write || r >= read) return 0.0f;
      return of_offset[input_gradient ? w * c_out + r : r * c_out + w];
    };
    const auto pair = [&](int w, int r) { return bfloat16_pair(element(w, r), element(w, r + 1)); };
    const bool quad = channels == LaneChannels::quad;
    const int first = step * 16 + q * (quad ? 4 : 2), second = first + (quad ? 2 : 8);
    packed[i] = {pair(row, first), pair(row + 8, first), pair(row, second), pair(row + 8, second)};
  }
}

__global__ void as_bf16_kernel(const float* x, std::int64_t rows, int channels, int stride,
                               std::uint16_t* out) {
  for (std::int64_t i = first_item(); i < rows * stride; i += item_step()) {
    const std::int64_t c = i % stride;
    out[i] =
        c < channels ? static_cast<std::uint16_t>(bfloat16_bits(x[i / stride * channels + c])) : 0;
  }
}

}  // namespace

PackedWeights::PackedWeights(const float* weight, std::int64_t offsets, int c_in, int c_out,
                             bool input_gradient, LaneChannels channels)
    : row_tiles_(((input_gradient ? c_in : c_out) + 15) / 16), steps_(1), channels_(channels) {
  while (steps_ * 16 < (input_gradient ? c_out : c_in)) steps_ *= 2;
  data_ = Buffer<uint4>(offsets * row_tiles_ * steps_ * 32);
  launch(pack_kernel, blocks_for(data_.size()), kThreads, 0, current_stream(), weight, offsets,
         c_in, c_out, input_gradient, row_tiles_, steps_, channels, data_.data());
}

Buffer<std::uint16_t> rows_as_bf16(const float* x, std::int64_t rows, int channels, int stride) {
  Buffer<std::uint16_t> out(rows * stride);
  launch(as_bf16_kernel, blocks_for(rows * stride), kThreads, 0, current_stream(), x, rows,
         channels, stride, out.data());
  return out;
}

void check_bf16_gpu() {
  int device = 0, major = 0;
  check(cudaGetDevice(&device), "asking for the current GPU");
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device),
        "asking the GPU");
  LSK3D_CHECK(major >= 8, DeviceError, "device cuda:", device,
              ": expected a GPU with bfloat16 (architecture 80 or later), found architecture ",
              major, "x; use --precision f32");
}

}  // namespace lsk3d::cuda
