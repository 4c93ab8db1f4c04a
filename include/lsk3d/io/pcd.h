// SPDX-License-Identifier: MIT
// The Point Cloud Library's file format, up to version 0.7.
#pragma once
#include <string>

#include "lsk3d/io/point_table.h"

namespace lsk3d {

/// All fields: ascii, binary or binary_compressed. A field of COUNT n > 1 gives columns
/// name_0 … name_(n-1); padding fields named "_" and fields of COUNT 0 are left out. Headers are
/// taken as programs of all ages write them: keys of any case, COLUMNS for FIELDS, any line but
/// that one and DATA missing. Where no line says how many points there are, the data decide; where
/// POINTS and WIDTH times HEIGHT disagree, too, with a warning. Throws DataError naming the file on
/// a broken header or sizes that the file cannot hold.
PointTable read_pcd(const std::string& path);

}  // namespace lsk3d
