// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

/// What the table gives for args.bf16, of operands in f32: rounds and packs them, then computes
/// tile by tile (conv_halo.h) where the map is submanifold, fills a tile and the GPU has the shared
/// memory, else over pair lists (conv_bf16.h).
void conv_forward_rounded(const ConvForwardArgs& args);

/// Whether it can: not of f64, nor over pair lists of more than kMaxBf16Channels read channels.
bool takes_bf16(const ConvForwardArgs& args);
/// Whether it computes tile by tile.
bool takes_tiles(const ConvForwardArgs& args);

}  // namespace lsk3d::cuda
