// SPDX-License-Identifier: MIT
// The polygon file format, as far as point clouds use it.
#pragma once
#include <string>

#include "lsk3d/io/point_table.h"

namespace lsk3d {

/// The scalar properties of the `vertex` element, converted to f32: ascii, binary_little_endian or
/// binary_big_endian. Other elements are passed over. Throws DataError naming the file on a broken
/// header, list properties before or in the vertices, or a count that the file cannot hold.
PointTable read_ply(const std::string& path);

/// Coloured points for pictures: xyz f32 [N, 3 or more], rgb u8 [N, 3]. Binary, written atomically.
void write_ply(const std::string& path, const Tensor& xyz, const Tensor& rgb);

}  // namespace lsk3d
