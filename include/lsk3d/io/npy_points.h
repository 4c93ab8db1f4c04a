// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/io/point_table.h"

namespace lsk3d {

/// Points of a NumPy array file (.npy), of any number type, byte order and memory order:
/// an array [points, columns] gives columns without names; a structured array of any shape,
/// flattened, gives one column per field, name_0 … name_(n-1) for a field of n > 1 numbers. Fields
/// of text, padding and other things that are no real numbers are left out. Throws DataError naming
/// the file where it is damaged, holds Python objects, nested structures or an array of another
/// shape, or is a .npz archive.
PointTable read_npy_points(const std::string& path);

}  // namespace lsk3d
