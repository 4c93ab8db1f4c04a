// SPDX-License-Identifier: MIT
// The tensors of an exported model file: large kernels without their pruned weights, everything
// else as it is or as one number.
#pragma once
#include <string>

#include "lsk3d/io/safetensors.h"
#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

/// Appends the model's state and says in the metadata how it is stored. A sparse kernel <name>
/// becomes <name>.packed.index, .low and .high (see PackedWeight) in `layout` (element, offset or
/// block) unless it is all but dense; other weights are stored as `dtype`, f32 or bf16, vectors as
/// f32; a vector of equal numbers is only mentioned in the metadata entry "constants". Returns how
/// many were packed.
int add_packed_state(Lsk3dNet& model, const std::string& layout, DType dtype, TensorFile& file);

/// Whether a model file was written by add_packed_state.
bool is_packed(const TensorFile& file);

/// Turns what add_packed_state wrote back into the plain state of `model`, as load_state wants it;
/// other files are left alone. Throws DataError naming file and tensor where a part is missing or
/// damaged.
void unpack_state(Lsk3dNet& model, TensorFile& file);

}  // namespace lsk3d
