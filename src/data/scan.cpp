// SPDX-License-Identifier: MIT
#include "lsk3d/data/scan.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/npy.h"
#include "lsk3d/io/pcd.h"
#include "lsk3d/io/ply.h"

namespace lsk3d {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Raw float32 columns, of which the first four are x y z remission.
Tensor read_bin(const std::string& path, std::size_t columns) {
  const std::vector<std::byte> bytes = read_file(path);
  const std::size_t row = columns * sizeof(float);
  LSK3D_CHECK(!bytes.empty(), DataError, path, ": expected float32 points of ", row,
              " bytes each, found an empty file; copy or download it again");
  LSK3D_CHECK(bytes.size() % row == 0, DataError, path, ": expected a whole number of ", row,
              "-byte points (", columns, " float32 values each), found ", bytes.size(),
              " bytes; the file is cut short or in another format");
  const std::size_t n = bytes.size() / row;
  Tensor points = Tensor::empty({static_cast<std::int64_t>(n), 4});
  float* to = points.data<float>();
  if (columns == 4) {
    std::memcpy(to, bytes.data(), bytes.size());
  } else {
    for (std::size_t i = 0; i < n; ++i)
      std::memcpy(to + 4 * i, bytes.data() + i * row, 4 * sizeof(float));
  }
  return points;
}

void warn_no_remission(const std::string& path) {
  log_warning(str_cat(path, ": no remission or intensity; 0 is taken for every point"));
}

Tensor read_array(const std::string& path) {
  const Tensor array = read_npy(path);
  LSK3D_CHECK(
      array.rank() == 2 && array.dim(1) >= 3, DataError, path,
      ": expected an array [points, 4] of x, y, z, remission (or [points, 3]), found shape ",
      to_string(array.shape()));
  if (array.dim(1) == 3) warn_no_remission(path);
  const Tensor values = array.to(DType::f32);
  const std::int64_t columns = values.dim(1);
  Tensor points = Tensor::zeros({values.dim(0), 4});
  for (std::int64_t i = 0; i < values.dim(0); ++i)
    std::copy_n(values.data<float>() + i * columns, std::min<std::int64_t>(columns, 4),
                points.data<float>() + i * 4);
  return points;
}

/// Column of the first of `wanted` names, case aside; -1 where the table has none of them.
std::int64_t column_of(const PointTable& table, const std::vector<std::string>& wanted) {
  for (const auto& name : wanted)
    for (std::size_t i = 0; i < table.names.size(); ++i)
      if (lower_case(table.names[i]) == name) return static_cast<std::int64_t>(i);
  return -1;
}

Tensor read_table(const PointTable& table, const std::string& path) {
  const std::int64_t n = table.values.dim(0), columns = table.values.dim(1);
  const std::vector<std::vector<std::string>> wanted{
      {"x"}, {"y"}, {"z"}, {"remission", "intensity", "reflectance", "scalar_intensity"}};
  Tensor points = Tensor::zeros({n, 4});
  for (std::size_t k = 0; k < 4; ++k) {
    const std::int64_t column = column_of(table, wanted[k]);
    if (column < 0 && k == 3) {
      warn_no_remission(path);
      continue;
    }
    LSK3D_CHECK(column >= 0, DataError, path, ": expected a field '", wanted[k][0],
                "' per point, found ", table.names.size(), " fields without it");
    const float* from = table.values.data<float>() + column;
    float* to = points.data<float>() + k;
    for (std::int64_t i = 0; i < n; ++i) to[4 * i] = from[i * columns];
  }
  return points;
}

Tensor read_any(const std::string& path) {
  const std::string name = lower_case(path);
  if (name.ends_with(".pcd.bin")) return read_bin(path, 5);  // nuScenes: the fifth is the beam
  if (name.ends_with(".bin")) return read_bin(path, 4);
  if (name.ends_with(".npy")) return read_array(path);
  if (name.ends_with(".ply")) return read_table(read_ply(path), path);
  if (name.ends_with(".pcd")) return read_table(read_pcd(path), path);
  throw DataError(str_cat(path, ": expected a scan that ends in .bin, .npy, .ply or .pcd"));
}

}  // namespace

bool has_scan_name(const std::string& path) {
  const std::string name = lower_case(std::filesystem::path(path).filename().string());
  return !name.starts_with('.') && (name.ends_with(".bin") || name.ends_with(".npy") ||
                                    name.ends_with(".ply") || name.ends_with(".pcd"));
}

std::string scan_stem(const std::string& path) {
  const std::filesystem::path name = std::filesystem::path(path).filename();
  const bool two_endings = lower_case(name.string()).ends_with(".pcd.bin");
  return (two_endings ? name.stem() : name).stem().string();
}

Scan read_scan(const std::string& path, const CloudFormat& format) {
  Scan scan;
  scan.path = path;
  static_cast<void>(format);
  const Tensor all = read_any(path);
  const std::int64_t n = all.dim(0);
  LSK3D_CHECK(n <= std::numeric_limits<std::int32_t>::max(), DataError, path, ": ", n,
              " points are more than a scan may have (2^31 − 1)");
  scan.file_points = n;
  std::vector<std::int32_t> kept;
  kept.reserve(static_cast<std::size_t>(n));
  const float* p = all.data<float>();
  for (std::int64_t i = 0; i < n; ++i) {
    const float* q = p + 4 * i;
    if (std::isfinite(q[0]) && std::isfinite(q[1]) && std::isfinite(q[2]) && std::isfinite(q[3]))
      kept.push_back(static_cast<std::int32_t>(i));
  }
  const auto rows = static_cast<std::int64_t>(kept.size());
  scan.dropped = n - rows;
  scan.kept = Tensor::from(kept, {rows});
  if (scan.dropped == 0) {
    scan.points = all;
    return scan;
  }
  log_warning(str_cat(path, ": ", scan.dropped, " of ", n,
                      " points have NaN or infinite values and are left out"));
  scan.points = Tensor::empty({rows, 4});
  for (std::int64_t i = 0; i < rows; ++i)
    std::copy_n(p + 4 * std::int64_t{kept[static_cast<std::size_t>(i)]}, 4,
                scan.points.data<float>() + 4 * i);
  return scan;
}

}  // namespace lsk3d
