// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/io/safetensors.h"

namespace lsk3d {

/// Reads a PyTorch checkpoint (`torch.save`), both the zip container and the legacy pickle stream,
/// with a restricted unpickler: it knows dicts, lists, tuples, strings, numbers and tensors; any
/// other opcode or global is a DataError, and nothing is ever executed.
///
/// Nested dictionaries are flattened with '/' between levels and tensors keep their dotted names:
/// {"checkpoint": {"a.weight": T}, "mask": {"layer": {"0": M}}} gives "checkpoint/a.weight" and
/// "mask/layer/0". Numbers and strings go to `metadata` under the same flattened keys. 64-bit ints,
/// floats, halves (widened to f32), bools (u8) and non-contiguous tensors (made contiguous) are
/// read. Lists and tuples are flattened by position, nothing (None) is left out. Throws DataError.
TensorFile read_torch_checkpoint(const std::string& path);

}  // namespace lsk3d
