// SPDX-License-Identifier: MIT
// NumPy's array file: a magic number, a Python dictionary as text, raw elements.
#pragma once
#include <string>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Writes atomically in format version 1. bf16 has no NumPy type: UsageError.
void write_npy(const std::string& path, const Tensor& tensor);

/// Versions 1 to 3; little-endian f4, f8, i4, i8, u1 and bool (as u8); a 2-d array in Fortran order
/// is transposed. Anything else, and a file that is longer or shorter than its header says, is a
/// DataError naming the file.
Tensor read_npy(const std::string& path);

}  // namespace lsk3d
