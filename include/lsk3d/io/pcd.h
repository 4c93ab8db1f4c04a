// SPDX-License-Identifier: MIT
// The Point Cloud Library's file format, version 0.7.
#pragma once
#include <string>

#include "lsk3d/io/point_table.h"

namespace lsk3d {

/// All fields, converted to f32: ascii, binary or binary_compressed. A field of COUNT n > 1 gives
/// columns name_0 … name_(n-1); padding fields named "_" are left out. Throws DataError naming the
/// file on a broken header or sizes that the file cannot hold.
PointTable read_pcd(const std::string& path);

}  // namespace lsk3d
