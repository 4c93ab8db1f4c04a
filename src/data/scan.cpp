// SPDX-License-Identifier: MIT
#include "lsk3d/data/scan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cloud_oddities.h"
#include "cloud_table.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"

namespace lsk3d {
namespace {

constexpr float kMostRemission = 1e9f;  // sensors count to 65535; squares of more overflow a network

/// x, y, z, remission of every row of the file, as they stand there.
Tensor points_of(const PointTable& table, const CloudColumns& columns) {
  const std::int64_t n = table.points(), stride = table.values.dim(1);
  if (stride == 4 && columns.x == 0 && columns.y == 1 && columns.z == 2 && columns.remission == 3)
    return table.values;
  Tensor points = Tensor::zeros({n, 4});
  const int from[] = {columns.x, columns.y, columns.z, columns.remission};
  for (std::size_t k = 0; k < 4; ++k) {
    if (from[k] < 0) continue;
    const float* value = table.values.data<float>() + from[k];
    float* to = points.data<float>() + k;
    for (std::int64_t i = 0; i < n; ++i) to[4 * i] = value[i * stride];
  }
  return points;
}

/// Remission that is not finite, or that no sensor measures, counts as 0; returns how many there are.
std::int64_t mend_remission(Tensor& points) {
  std::int64_t mended = 0;
  float* p = points.data<float>();
  for (std::int64_t i = 0; i < points.dim(0); ++i, p += 4)
    if (!(std::abs(p[3]) <= kMostRemission)) p[3] = 0, ++mended;
  return mended;
}

/// What `auto` takes: the range that the numbers, or their type, tell of.
double found_scale(const Tensor& points, NumberType type) {
  if (type == NumberType::u8) return 255;
  float most = 0;
  const float* p = points.data<float>();
  for (std::int64_t i = 0; i < points.dim(0); ++i) most = std::max(most, p[4 * i + 3]);
  constexpr float kSlack = 1.01f;  // of sensors that exceed their range a little
  return most <= kSlack ? 1 : most <= 255 * kSlack ? 255 : 65535;
}

void scale_remission(Tensor& points, const CloudFormat& format, NumberType type) {
  const auto given = parse_remission_scale(format.remission_scale, "--remission-scale");
  const double scale = given ? *given : found_scale(points, type);
  if (scale == 1) return;
  float* p = points.data<float>();
  for (std::int64_t i = 0; i < points.dim(0); ++i)
    p[4 * i + 3] = static_cast<float>(p[4 * i + 3] / scale);
}

/// Leaves out the rows without a finite position.
void keep_finite(Scan& scan, const Tensor& all) {
  const std::int64_t n = all.dim(0);
  std::vector<std::int32_t> kept;
  kept.reserve(static_cast<std::size_t>(n));
  const float* p = all.data<float>();
  for (std::int64_t i = 0; i < n; ++i) {
    const float* q = p + 4 * i;
    if (std::isfinite(q[0]) && std::isfinite(q[1]) && std::isfinite(q[2]))
      kept.push_back(static_cast<std::int32_t>(i));
  }
  const auto rows = static_cast<std::int64_t>(kept.size());
  scan.dropped = n - rows;
  scan.kept = Tensor::from(kept, {rows});
  if (scan.dropped == 0) {
    scan.points = all;
    return;
  }
  log_scan_warning("position", str_cat(scan.path, ": ", scan.dropped, " of ", n,
                                       " points have no finite position (NaN or infinite) and are "
                                       "left out"));
  scan.points = Tensor::empty({rows, 4});
  for (std::int64_t i = 0; i < rows; ++i)
    std::copy_n(p + 4 * std::int64_t{kept[static_cast<std::size_t>(i)]}, 4,
                scan.points.data<float>() + 4 * i);
}

}  // namespace

Scan read_scan(const std::string& path, const CloudFormat& format) {
  Scan scan;
  scan.path = path;
  const PointTable table = read_cloud_table(path, format);
  const std::int64_t n = table.points();
  LSK3D_CHECK(n <= std::numeric_limits<std::int32_t>::max(), DataError, path, ": ", n,
              " points are more than a scan may have (2^31 − 1)");
  const CloudColumns columns = find_columns(table, format, path);
  Tensor all = points_of(table, columns);
  scan.file_points = n;
  scan.has_remission = columns.remission >= 0;
  if (columns.label >= 0) scan.field_labels = table.labels(columns.label);
  scan.doubtful = warn_of_layout(path, format, all);
  const std::int64_t mended = mend_remission(all);
  if (mended > 0)
    log_scan_warning("remission", str_cat(path, ": ", mended, " of ", n,
                                          " points have a remission that is NaN, infinite or absurd; 0 is "
                                          "taken for it"));
  if (scan.has_remission)
    scale_remission(all, format, table.types[static_cast<std::size_t>(columns.remission)]);
  else if (n > 0)
    log_scan_warning("no remission",
                     str_cat(path, ": no remission among its fields (", field_list(table),
                             "); 0 is taken for every point; name the field with "
                             "--remission-field (data.remission_field)"));
  if (mended == n) scan.has_remission = false;
  if (format.raise != 0)
    for (std::int64_t i = 0; i < n; ++i)
      all.data<float>()[4 * i + 2] += static_cast<float>(format.raise);
  scan.raised = format.raise;
  keep_finite(scan, all);
  return scan;
}

}  // namespace lsk3d
