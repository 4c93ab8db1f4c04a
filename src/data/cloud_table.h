// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/data/cloud_format.h"
#include "lsk3d/io/point_table.h"

namespace lsk3d {

/// The numbers of a cloud's file, every column named: by the file itself or by `format`. Throws
/// DataError on an unknown ending and as the reader of the format does.
PointTable read_cloud_table(const std::string& path, const CloudFormat& format);

/// The columns by which a file without a header is read; empty for another file.
std::vector<RawColumn> raw_columns(const std::string& path, const CloudFormat& format);

/// Where x, y, z and remission stand in a table.
struct CloudColumns {
  int x = -1, y = -1, z = -1;
  int remission = -1;  // -1: none
  int label = -1;      // -1: none
};
/// Finds them by the names in use, case aside. Throws DataError naming the fields that are there where
/// x, y or z is missing, or the remission that format.remission_field names.
CloudColumns find_columns(const PointTable& table, const CloudFormat& format,
                          const std::string& path);

/// "x, y, z, ring": the names of a table, for messages.
std::string field_list(const PointTable& table);

}  // namespace lsk3d
