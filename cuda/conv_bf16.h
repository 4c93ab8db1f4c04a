// SPDX-License-Identifier: MIT
// Sparse convolution on tensor cores: products of bfloat16 operands, summed in f32.
#pragma once
#include <cstdint>

#include "device/memory.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

/// Weights of a conv in bfloat16, in the order in which the lanes of a warp read them: packed anew
/// after each step of the optimizer.
class PackedWeights {
 public:
  /// From f32 [K, c_in, c_out] on the GPU; `input_gradient` for its transpose.
  PackedWeights(const float* weight, std::int64_t offsets, int c_in, int c_out, bool input_gradient);
  /// [K, row tiles, steps, 32 lanes]: four registers each.
  const uint4* data() const { return data_.data(); }
  int row_tiles() const { return row_tiles_; }
  int steps() const { return steps_; }

 private:
  int row_tiles_, steps_;
  Buffer<uint4> data_;
};

/// f32 [rows, channels] as bfloat16 [rows, stride], zeros behind the channels; stride a multiple of 8.
Buffer<std::uint16_t> rows_as_bf16(const float* x, std::int64_t rows, int channels, int stride);
inline int bf16_stride(int channels) { return (channels + 7) / 8 * 8; }

constexpr int kMaxBf16Channels = 128;  // that are read

/// output [output_rows, written channels] in f32, as ConvForwardArgs says of dtype f32, but with
/// args.input in bfloat16 [rows, bf16_stride(read channels)] and the weights packed. At most
/// kMaxBf16Channels read channels. Throws DeviceError on a GPU without bfloat16 (before sm_80).
void conv_forward_bf16(const ConvForwardArgs& args, const PackedWeights& weights);

/// The same of operands in f32, which it rounds and packs first: what the table gives for
/// args.bf16.
void conv_forward_rounded(const ConvForwardArgs& args);
/// Whether it can: not of f64, nor of more than kMaxBf16Channels read channels.
bool takes_bf16(const ConvForwardArgs& args);

}  // namespace lsk3d::cuda
