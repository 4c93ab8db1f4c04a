// SPDX-License-Identifier: MIT
// Sparse convolution on tensor cores: products of bfloat16 operands, summed in f32.
#pragma once
#include "bf16_operands.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

constexpr int kMaxBf16Channels = 128;  // that are read

/// output [output_rows, written channels] in f32, as ConvForwardArgs says of dtype f32, but with
/// args.input in bfloat16 [rows, bf16_stride(read channels)] and the weights packed for
/// lanes that fetch quads. At most kMaxBf16Channels read channels. Throws DeviceError on a GPU without bfloat16 (before sm_80).
void conv_forward_bf16(const ConvForwardArgs& args, const PackedWeights& weights);

}  // namespace lsk3d::cuda
