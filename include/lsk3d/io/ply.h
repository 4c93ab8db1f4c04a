// SPDX-License-Identifier: MIT
// The polygon file format, as far as point clouds use it.
#pragma once
#include <string>

#include "lsk3d/io/point_table.h"

namespace lsk3d {

/// The single numbers of the `vertex` element: ascii, binary_little_endian or binary_big_endian.
/// Lists and other elements are passed over. Throws DataError naming the file on a broken header or
/// a count that the file cannot hold.
PointTable read_ply(const std::string& path);

}  // namespace lsk3d
