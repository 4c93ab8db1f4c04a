// SPDX-License-Identifier: MIT
// Kernels as the authors' PyTorch release stores them, and as lsk3d does.
//
//   taps     release                              lsk3d
//   > 32     [kz, ky, kx, C_out, C_in]            [kz, ky, kx, C_in, C_out]
//   2 … 32   [C_out, kz, ky, kx, C_in]            [kz, ky, kx, C_in, C_out]
//   1        declared [C_out, 1, 1, 1, C_in],     [C_out, C_in] (a Linear), or
//            its bytes used as [C_in, C_out]      [1, 1, 1, C_in, C_out]
#pragma once
#include <string>

#include "lsk3d/io/safetensors.h"
#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

/// A weight or mask (f32, f64, u8) of the release in the layout of our tensor of shape `ours`;
/// shares memory where nothing moves. An undefined tensor where the shape does not fit.
Tensor from_release_layout(const Tensor& release, const Shape& ours);

/// Our tensor in the release's layout: the inverse. `pointwise` marks the [C_out, C_in] weight of a
/// 1×1×1 conv; tensors that are no kernel are returned as they are.
Tensor to_release_layout(const Tensor& ours, bool pointwise = false);

/// Copies the release's state dictionary (names under `prefix`) into the model; num_batches_tracked
/// is ignored. Every missing, unexpected or misshapen tensor is named in one DataError, and then
/// nothing was changed.
void load_release_state(Lsk3dNet& model, const TensorFile& file, const std::string& prefix = "");

}  // namespace lsk3d
