// SPDX-License-Identifier: MIT
// Sparse convolution on tensor cores out of shared memory: a tile's distinct input rows are fetched
// once.
#pragma once
#include "active_weights.h"
#include "bf16_operands.h"
#include "lsk3d/kernels/conv.h"
#include "tile_plan.h"

namespace lsk3d::cuda {

/// The tiles that conv_forward_halo() takes on this GPU: the shape to make plans with. Of 512 rows
/// where shared memory has room for what they read (Hopper), else of 256: twice the rows halve the
/// weights that stream in. Throws DeviceError on a GPU without bfloat16 or with too little shared
/// memory for either (less than 144 KiB a block).
TileShape halo_tiles();

/// Whether halo_tiles() would give them rather than throw.
bool has_halo_tiles();

/// Whether two tiles run side by side and share the weights that stream in: on Hopper, unless set
/// otherwise, to compare or to test. The bits are the same, but for tiles of several passes over more
/// than 64 channels, whose sums have another order.
bool uses_clusters();
void set_uses_clusters(bool wanted);

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
