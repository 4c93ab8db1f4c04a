// SPDX-License-Identifier: MIT
// NumPy's array file: a magic number, a Python dictionary as text, raw elements.
#pragma once
#include <string>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Writes atomically in format version 1. bf16 has no NumPy type: UsageError.
void write_npy(const std::string& path, const Tensor& tensor);

/// Versions 1 to 3, Python 2's headers too, either byte and memory order. Number types that a
/// tensor does not have become the nearest: f2 f32; i1, i2 and u2 i32; u4, u8 and dates i64; bool
/// u8. Text, objects, fields (see read_npy_points), archives (.npz), and a file that is longer or
/// shorter than its header says, are a DataError naming the file.
Tensor read_npy(const std::string& path);

}  // namespace lsk3d
