// SPDX-License-Identifier: MIT
#include "cloud_oddities.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "cloud_table.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/raw_points.h"

namespace lsk3d {
namespace {

constexpr int kMostOfAKind = 5;
constexpr float kFarthest = 1e4f;     // metres: no LiDAR sees so far
constexpr double kOddShare = 0.005;  // of the points: more is no accident

/// How much of a cloud cannot be what it is taken for.
struct Oddities {
  double far = 0, negative = 0;  // shares of points: |x|, |y| or |z| too large; remission below 0
  float largest = 0;             // finite |x|, |y| or |z|
};

Oddities look_at(const Tensor& points) {
  Oddities found;
  const std::int64_t n = points.dim(0);
  if (n == 0) return found;
  const float* p = points.data<float>();
  std::int64_t far = 0, negative = 0;
  for (std::int64_t i = 0; i < n; ++i, p += 4) {
    const float reach = std::max({std::abs(p[0]), std::abs(p[1]), std::abs(p[2])});
    far += reach > kFarthest && std::isfinite(reach);
    if (std::isfinite(reach)) found.largest = std::max(found.largest, reach);
    negative += p[3] < 0;
  }
  found.far = static_cast<double>(far) / static_cast<double>(n);
  found.negative = static_cast<double>(negative) / static_cast<double>(n);
  return found;
}

std::string percent_of(double share) { return str_cat(std::round(1000 * share) / 10, " %"); }

}  // namespace

void log_scan_warning(const std::string& kind, const std::string& message) {
  static std::mutex mutex;
  static std::map<std::string, int> given;
  std::lock_guard lock(mutex);
  const int count = ++given[kind];
  if (count <= kMostOfAKind) log_warning(message);
  if (count == kMostOfAKind) log_warning("more warnings of this kind are not shown");
}

bool warn_of_layout(const std::string& path, const CloudFormat& format, const Tensor& points) {
  const Oddities odd = look_at(points);
  if (odd.far <= kOddShare && odd.negative <= kOddShare) return false;
  const std::string what =
      odd.far > kOddShare
          ? str_cat(percent_of(odd.far), " of its points lie over ", kFarthest, " m away")
          : str_cat(percent_of(odd.negative), " of its points have a remission below 0");
  const std::vector<RawColumn> columns = raw_columns(path, format);
  if (!columns.empty()) {
    const auto layouts = fitting_layouts(read_file(path));
    if (!layouts.empty() && (layouts.front().columns != columns.size() ||
                             layouts.front().type != columns.front().type)) {
      log_scan_warning("layout",
                       str_cat(path, ": ", what, " where it is read as ", columns.size(),
                               " columns of ", to_string(columns.front().type),
                               ", but it looks like ", to_string(layouts.front()),
                               "; read it with --columns ", as_description(layouts.front()),
                               " (data.columns)"));
      return true;
    }
  }
  if (odd.far > kOddShare)
    log_scan_warning("far", str_cat(path, ": ", what, " (up to ", odd.largest,
                                    "): expected metres from the sensor; map coordinates, other "
                                    "units or another layout of columns? subtract the sensor's "
                                    "place first, or give --columns (data.columns)"));
  else
    log_scan_warning("negative", str_cat(path, ": ", what,
                                         ": expected 0 … 1; name the columns with --columns "
                                         "(data.columns) or --remission-field"));
  return odd.far > kOddShare;
}

}  // namespace lsk3d
