// SPDX-License-Identifier: MIT
#include "cloud_table.h"

#include <algorithm>
#include <cctype>

#include "lsk3d/core/check.h"
#include "lsk3d/io/npy_points.h"
#include "lsk3d/io/pcd.h"
#include "lsk3d/io/ply.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kMostFields = 64;  // of an array without names: more are points in columns

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// A field's name without case and without what programs put before it (CloudCompare: scalar_).
std::string plain_name(const std::string& name) {
  std::string plain = lower_case(name);
  for (const char* before : {"scalar_", "field_"})
    if (plain.starts_with(before)) plain.erase(0, std::string(before).size());
  return plain;
}

int column_of(const PointTable& table, std::initializer_list<const char*> wanted) {
  for (const char* name : wanted)
    for (std::size_t i = 0; i < table.names.size(); ++i)
      if (plain_name(table.names[i]) == name) return static_cast<int>(i);
  return -1;
}

std::vector<std::string> names_of(const std::vector<RawColumn>& columns) {
  std::vector<std::string> names;
  for (const RawColumn& column : columns) names.push_back(column.name);
  return names;
}

/// An array of rows of numbers without names.
void name_array(PointTable& table, const CloudFormat& format, const std::string& path) {
  const std::int64_t rows = table.values.dim(0), fields = table.values.dim(1);
  LSK3D_CHECK(fields >= 3 && fields <= kMostFields, DataError, path,
              ": expected an array [points, 4] of x, y, z, remission (or [points, 3]), found shape [",
              rows, ", ", fields, "]",
              rows >= 3 && rows <= kMostFields && fields > kMostFields
                  ? "; its points are columns: save it transposed, as in np.save(path, points.T)"
                  : "; save the points as rows");
  const auto given = parse_columns(format.columns, "--columns");
  LSK3D_CHECK(given.empty() || static_cast<std::int64_t>(given.size()) == fields, DataError, path,
              ": expected ", given.size(), " columns as --columns, or the model (data.columns), says, found ",
              fields, "; give --columns ", fields);
  table.names = given.empty() ? std::vector<std::string>{"x", "y", "z", "remission"} : names_of(given);
  table.names.resize(static_cast<std::size_t>(fields), "_");
}

}  // namespace

std::string field_list(const PointTable& table) {
  std::string list;
  for (const std::string& name : table.names) list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? "none" : list;
}

std::vector<RawColumn> raw_columns(const std::string& path, const CloudFormat& format) {
  const std::string name = lower_case(path);
  if (!name.ends_with(".bin")) return {};
  const auto given = parse_columns(format.columns, "--columns");
  // nuScenes: the fifth column is the beam.
  return given.empty() ? parse_columns(name.ends_with(".pcd.bin") ? "5" : "4", "columns") : given;
}

PointTable read_cloud_table(const std::string& path, const CloudFormat& format) {
  const std::string name = lower_case(path);
  if (name.ends_with(".bin")) return read_raw_points(path, raw_columns(path, format));
  if (name.ends_with(".ply")) return read_ply(path);
  if (name.ends_with(".pcd")) return read_pcd(path);
  LSK3D_CHECK(name.ends_with(".npy"), DataError, path,
              ": expected a scan that ends in .bin, .npy, .ply or .pcd");
  PointTable table = read_npy_points(path);
  if (table.names.empty()) name_array(table, format, path);
  return table;
}

CloudColumns find_columns(const PointTable& table, const CloudFormat& format,
                          const std::string& path) {
  CloudColumns found;
  found.x = column_of(table, {"x", "xyz_0", "position_0", "points_0"});
  found.y = column_of(table, {"y", "xyz_1", "position_1", "points_1"});
  found.z = column_of(table, {"z", "xyz_2", "position_2", "points_2"});
  for (const auto& [axis, column] : {std::pair{"x", found.x}, {"y", found.y}, {"z", found.z}})
    LSK3D_CHECK(column >= 0, DataError, path, ": expected a field '", axis, "' per point, found ",
                field_list(table));
  found.label = column_of(table, {"label", "labels", "classification", "class"});
  if (format.remission_field == "auto") {
    found.remission = column_of(table, {"remission", "intensity", "reflectance", "reflectivity",
                                        "remissions", "intensities", "i", "amplitude", "signal"});
  } else {
    found.remission = table.column(format.remission_field);
    LSK3D_CHECK(found.remission >= 0, DataError, path, ": expected a field '",
                format.remission_field, "' as --remission-field (data.remission_field) says, found ",
                field_list(table));
  }
  return found;
}

}  // namespace lsk3d
