// SPDX-License-Identifier: MIT
// Sparse convolution on tensor cores out of shared memory: a tile's distinct input rows are fetched
// once.
#pragma once
#include "active_weights.h"
#include "bf16_operands.h"
#include "lsk3d/kernels/conv.h"
#include "tile_plan.h"

namespace lsk3d::cuda {

/// Distinct rows that conv_forward_halo() can keep on this GPU: the capacity to make plans with.
/// Throws DeviceError on a GPU without bfloat16 or with too little shared memory (96 KiB, say).
int halo_capacity();

/// output [output_rows, written channels] in f32, as ConvForwardArgs says of dtype f32, but with
/// args.input in bfloat16 [rows, bf16_stride(read channels)], the weights packed for
/// LaneChannels::pairs and the pairs of `plan` instead of args.pairs. Any number of channels. A
/// plan made for the other direction will do where the map is symmetric (submanifold): its offsets
/// are then mirrored. Large plans add pairs in the order of offsets; small ones, to keep the GPU
/// busy, in up to eight shares of the offsets that are added afterwards: either way in one fixed
/// order.
void conv_forward_halo(const ConvForwardArgs& args, const TilePlan& plan,
                       const PackedWeights& weights);
/// The same with args.active on the GPU already: nothing is copied, as a recorded graph demands.
void conv_forward_halo(const ConvForwardArgs& args, const TilePlan& plan,
                       const PackedWeights& weights, const DeviceActiveWeights& active);

}  // namespace lsk3d::cuda
