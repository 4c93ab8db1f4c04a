// SPDX-License-Identifier: MIT
#include "lsk3d/data/scan_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "cloud_oddities.h"
#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

// The ring around the sensor that tells the height of the ground: beyond the car, before the walls.
constexpr float kNearest = 3, kFarthest = 20;
constexpr std::size_t kFewest = 100;
constexpr double kLow = 0.1;  // share of the ring's points below what counts as ground

double ground_of(std::vector<float>& heights) {
  if (heights.size() < kFewest) return std::numeric_limits<double>::quiet_NaN();
  const auto at = heights.begin() + static_cast<std::ptrdiff_t>(
                                        kLow * static_cast<double>(heights.size()));
  std::nth_element(heights.begin(), at, heights.end());
  return *at;
}

/// fmin and fmax pass over a ground that is not known.
void extend(ScanStatistics& to, const ScanStatistics& scan, double (*choose)(double, double)) {
  to.remission_mean = choose(to.remission_mean, scan.remission_mean);
  to.remission_max = choose(to.remission_max, scan.remission_max);
  to.in_volume = choose(to.in_volume, scan.in_volume);
  to.ground = choose(to.ground, scan.ground);
}

double lesser(double a, double b) { return std::fmin(a, b); }
double greater(double a, double b) { return std::fmax(a, b); }

std::string rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return str_cat(value);
  // Two digits behind the first, and none behind the point for large ones.
  const double step = std::abs(value) >= 10 ? 1 : std::pow(10, std::floor(std::log10(std::abs(value))) - 1);
  return str_cat(std::abs(value) >= 1 && std::abs(value) < 10 ? std::round(100 * value) / 100
                                                              : std::round(value / step) * step);
}

std::string percent_of(double share) { return str_cat(std::round(100 * share), " %"); }

std::string range(double low, double high) { return rounded(low) + " … " + rounded(high); }

std::string remission_difference(const InputStatistics& learnt, const ScanStatistics& scan) {
  constexpr double kTimes = 6;  // sensors and asphalt differ by less, units by 255
  const bool larger = scan.remission_mean > kTimes * learnt.high.remission_mean &&
                      scan.remission_max > kTimes * learnt.high.remission_max;
  const bool smaller = scan.remission_mean < learnt.low.remission_mean / kTimes &&
                       scan.remission_max < learnt.low.remission_max / kTimes;
  if (!larger && !smaller) return "";
  const std::string found = str_cat("remission up to ", rounded(scan.remission_max), " (mean ",
                                    rounded(scan.remission_mean), "), in training up to ",
                                    rounded(learnt.high.remission_max), " (mean ",
                                    range(learnt.low.remission_mean, learnt.high.remission_mean), ")");
  if (scan.remission_max == 0)
    return found + ": the remission is missing; name its field with --remission-field";
  return found + ": another unit? give --remission-scale auto, or the number that it is to be divided "
                 "by (255 for 0 … 255, 1 for 0 … 1)";
}

std::string volume_difference(const InputStatistics& learnt, const ScanStatistics& scan) {
  if (scan.in_volume >= 0.5 * learnt.low.in_volume) return "";
  return str_cat(percent_of(scan.in_volume), " of the points lie inside the volume, in training ",
                 percent_of(learnt.low.in_volume), " … ", percent_of(learnt.high.in_volume),
                 ": expected metres from the sensor, x forward, z up; other units, another origin or "
                 "other columns (--columns)?");
}

std::string ground_difference(const InputStatistics& learnt, const ScanStatistics& scan) {
  constexpr double kSlack = 0.6;  // metres: slopes and kerbs
  const double above = scan.ground - learnt.high.ground, below = learnt.low.ground - scan.ground;
  if (!(above > kSlack || below > kSlack)) return "";  // also where either is not known
  return str_cat("the ground lies at z = ", rounded(scan.ground), " m, in training at ",
                 range(learnt.low.ground, learnt.high.ground),
                 " m: a sensor mounted ", above > 0 ? "lower" : "higher",
                 ", or z measured from elsewhere? give --sensor-height ",
                 rounded(std::max(0.0, scan.raised - scan.ground)));
}

nlohmann::json range_json(double low, double high) {
  const auto number = [](double value) {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
  };
  return {number(low), number(high)};
}

void read_range(const nlohmann::json& json, const char* key, double& low, double& high) {
  const auto number = [](const nlohmann::json& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  };
  low = number(json.at(key).at(0));
  high = number(json.at(key).at(1));
}

}  // namespace

ScanStatistics measure_scan(const Scan& scan, const VoxelSettings& voxels) {
  ScanStatistics found;
  found.raised = scan.raised;
  const std::int64_t n = scan.points.dim(0);
  const float* p = scan.points.data<float>();
  std::int64_t inside = 0;
  double remission = 0;
  std::vector<float> heights;
  for (std::int64_t i = 0; i < n; ++i, p += 4) {
    bool in = true;
    for (std::size_t a = 0; a < 3; ++a) in = in && voxels.min[a] < p[a] && p[a] < voxels.max[a];
    inside += in;
    remission += p[3];
    found.remission_max = std::max(found.remission_max, static_cast<double>(p[3]));
    const float range = std::hypot(p[0], p[1]);
    if (range > kNearest && range < kFarthest) heights.push_back(p[2]);
  }
  found.ground = ground_of(heights);
  if (n == 0) return found;
  found.remission_mean = remission / static_cast<double>(n);
  found.in_volume = static_cast<double>(inside) / static_cast<double>(n);
  return found;
}

void InputStatistics::add(const ScanStatistics& scan) {
  if (scans++ == 0) {
    low = high = scan;
    return;
  }
  extend(low, scan, lesser);
  extend(high, scan, greater);
}

std::string to_json(const InputStatistics& s) {
  return nlohmann::json{{"scans", s.scans},
                        {"remission_mean", range_json(s.low.remission_mean, s.high.remission_mean)},
                        {"remission_max", range_json(s.low.remission_max, s.high.remission_max)},
                        {"in_volume", range_json(s.low.in_volume, s.high.in_volume)},
                        {"ground", range_json(s.low.ground, s.high.ground)}}
      .dump();
}

InputStatistics parse_input_statistics(const std::string& text, const std::string& path) {
  InputStatistics s;
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    s.scans = json.at("scans").get<std::int64_t>();
    read_range(json, "remission_mean", s.low.remission_mean, s.high.remission_mean);
    read_range(json, "remission_max", s.low.remission_max, s.high.remission_max);
    read_range(json, "in_volume", s.low.in_volume, s.high.in_volume);
    read_range(json, "ground", s.low.ground, s.high.ground);
  } catch (const nlohmann::json::exception&) {
    throw DataError(path + ": metadata 'input_statistics': expected ranges as JSON; the file is damaged");
  }
  return s;
}

std::string difference_from(const InputStatistics& learnt, const ScanStatistics& scan) {
  if (learnt.scans == 0) return "";
  std::string difference = remission_difference(learnt, scan);
  if (difference.empty()) difference = volume_difference(learnt, scan);
  return difference.empty() ? ground_difference(learnt, scan) : difference;
}

InputStatistics measure_input(const SemanticKittiDataset& dataset, const VoxelSettings& voxels,
                              std::size_t most) {
  InputStatistics statistics;
  const std::size_t count = std::min(most, dataset.size());
  for (std::size_t i = 0; i < count; ++i) try {
      const Scan scan = dataset.read(i * dataset.size() / count).scan;
      if (scan.points.dim(0) > 0) statistics.add(measure_scan(scan, voxels));
    } catch (const DataError&) {  // whoever needs the scan says what is wrong with it
    }
  return statistics;
}

void warn_of_difference(const InputStatistics& learnt, const Scan& scan,
                        const VoxelSettings& voxels) {
  if (scan.points.dim(0) == 0 || scan.doubtful) return;
  ScanStatistics found = measure_scan(scan, voxels);
  if (!scan.has_remission)  // its reader has said so
    found.remission_mean = learnt.low.remission_mean, found.remission_max = learnt.low.remission_max;
  const std::string difference = difference_from(learnt, found);
  if (!difference.empty())
    log_scan_warning("unlike training", scan.path + ": unlike the scans of the training: " + difference);
}

}  // namespace lsk3d
