// SPDX-License-Identifier: MIT
// Both sides of a conv on tensor cores, in bfloat16 and in the order in which they are read.
#pragma once
#include <cstdint>

#include "device/memory.h"

namespace lsk3d::cuda {

/// Which of the 16 read channels of a step lane (g, q) holds. The order is free as long as weights
/// and rows share it.
enum class LaneChannels {
  quad,   // 4q … 4q + 3: 8 bytes of a row, for lanes that fetch rows themselves
  pairs,  // 2q, 2q + 1, 2q + 8, 2q + 9: as load_matrices() hands rows out
};

/// Weights of a conv in bfloat16, in the order in which the lanes of a warp read them: packed anew
/// after each step of the optimizer.
class PackedWeights {
 public:
  /// From f32 [K, c_in, c_out] on the GPU; `input_gradient` for its transpose.
  PackedWeights(const float* weight, std::int64_t offsets, int c_in, int c_out, bool input_gradient,
                LaneChannels channels = LaneChannels::quad);
  /// [K, row tiles of 16 written channels, steps of 16 read ones, 32 lanes]: four registers each.
  const uint4* data() const { return data_.data(); }
  int row_tiles() const { return row_tiles_; }
  int steps() const { return steps_; }  // a power of two
  LaneChannels channels() const { return channels_; }

 private:
  int row_tiles_, steps_;
  LaneChannels channels_;
  Buffer<uint4> data_;
};

/// f32 [rows, channels] as bfloat16 [rows, stride], zeros behind the channels; stride a multiple
/// of 8.
Buffer<std::uint16_t> rows_as_bf16(const float* x, std::int64_t rows, int channels, int stride);
inline int bf16_stride(int channels) { return (channels + 7) / 8 * 8; }

/// Throws DeviceError on a GPU without bfloat16 (before sm_80).
void check_bf16_gpu();

}  // namespace lsk3d::cuda
