// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include "augment.h"

namespace lsk3d {
namespace {

using Rows = std::vector<std::int32_t>;

constexpr std::size_t kMinInstancePoints = 10;  // fewer say nothing about a shape
constexpr std::size_t kMaxPasted = 8;           // instances per scan

constexpr float kFootprint = 1.0F;  // metres around an instance where its ground is looked for
constexpr float kMaxStep = 3.0F;    // metres; ground further up or down than this is something else
constexpr std::size_t kMinGroundPoints = 5;

/// Rows of each instance of a scan, by raw label (instance id above, semantic id below).
std::vector<Rows> instances_of(const WorkingScan& scan) {
  std::map<std::uint32_t, Rows> by_label;
  const std::int32_t* raw = scan.raw_labels.data<std::int32_t>();
  const std::int32_t* classes = scan.classes.data<std::int32_t>();
  for (std::int64_t i = 0; i < scan.size(); ++i) {
    const auto label = static_cast<std::uint32_t>(raw[i]);
    if (label >> 16 != 0 && classes[i] != 0)
      by_label[label].push_back(static_cast<std::int32_t>(i));
  }
  std::vector<Rows> instances;
  for (auto& [label, rows] : by_label)
    if (rows.size() >= kMinInstancePoints) instances.push_back(std::move(rows));
  return instances;
}

/// Adds rows of `other`, turned about z by `angle`.
void append_turned(WorkingScan& scan, const WorkingScan& other, const Rows& rows, double angle) {
  const std::int64_t before = scan.size();
  scan = append(scan, other, rows);
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  float* p = scan.points.data<float>() + 4 * before;
  for (std::size_t i = 0; i < rows.size(); ++i, p += 4) {
    const float x = p[0], y = p[1];
    p[0] = c * x - s * y;
    p[1] = s * x + c * y;
  }
}

/// Height of the ground around (x, y): of the tenth of the points there that lie lowest, the
/// highest. NaN where there are too few points. `skip`, ascending rows, is not ground.
float ground_at(const WorkingScan& scan, float x, float y, const Rows& skip) {
  std::vector<float> heights;
  const float* p = scan.points.data<float>();
  auto skipped = skip.begin();
  for (std::int64_t i = 0; i < scan.size(); ++i, p += 4) {
    if (skipped != skip.end() && *skipped == i) {
      ++skipped;
      continue;
    }
    const float dx = p[0] - x, dy = p[1] - y;
    if (dx * dx + dy * dy < kFootprint * kFootprint) heights.push_back(p[2]);
  }
  if (heights.size() < kMinGroundPoints) return std::numeric_limits<float>::quiet_NaN();
  const auto tenth = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 10);
  std::nth_element(heights.begin(), tenth, heights.end());
  return *tenth;
}

/// Adds one instance of `other`, turned about z, as high above the ground there as it was at home.
void place(WorkingScan& scan, const WorkingScan& other, const Rows& rows, double angle) {
  const float* from = other.points.data<float>();
  double x = 0, y = 0;
  for (std::int32_t row : rows) {
    x += from[4 * row];
    y += from[4 * row + 1];
  }
  x /= static_cast<double>(rows.size());
  y /= static_cast<double>(rows.size());
  const double c = std::cos(angle), s = std::sin(angle);
  const float home = ground_at(other, static_cast<float>(x), static_cast<float>(y), rows);
  const float there =
      ground_at(scan, static_cast<float>(c * x - s * y), static_cast<float>(s * x + c * y), {});
  const std::int64_t before = scan.size();
  append_turned(scan, other, rows, angle);
  const float step = there - home;
  if (!(std::abs(step) <= kMaxStep)) return;  // unknown too
  float* p = scan.points.data<float>() + 4 * before;
  for (std::size_t i = 0; i < rows.size(); ++i) p[4 * i + 2] += step;
}

/// Rows whose heading lies within half a turn from `from`, or the others.
Rows half_turn(const WorkingScan& scan, double from, bool inside) {
  // The side of a line through the sensor: exact, and no angle per point.
  const auto nx = static_cast<float>(-std::sin(from)), ny = static_cast<float>(std::cos(from));
  Rows rows;
  const float* p = scan.points.data<float>();
  for (std::int64_t i = 0; i < scan.size(); ++i, p += 4)
    if ((nx * p[0] + ny * p[1] >= 0) == inside) rows.push_back(static_cast<std::int32_t>(i));
  return rows;
}

}  // namespace

void paste_instances(WorkingScan& scan, const WorkingScan& other, Rng& rng) {
  if (!scan.labelled() || !other.labelled()) return;
  // First a class, then one of its instances: parked cars would crowd out the rest otherwise.
  const std::int32_t* classes = other.classes.data<std::int32_t>();
  std::map<std::int32_t, std::vector<Rows>> by_class;
  for (Rows& rows : instances_of(other)) by_class[classes[rows.front()]].push_back(std::move(rows));
  for (std::size_t pasted = 0; pasted < kMaxPasted && !by_class.empty(); ++pasted) {
    const auto kind =
        std::next(by_class.begin(), static_cast<std::ptrdiff_t>(rng.below(by_class.size())));
    std::vector<Rows>& instances = kind->second;
    const auto pick = static_cast<std::size_t>(rng.below(instances.size()));
    place(scan, other, instances[pick], rng.uniform64() * 2 * std::numbers::pi);
    instances.erase(instances.begin() + static_cast<std::ptrdiff_t>(pick));
    if (instances.empty()) by_class.erase(kind);
  }
}

void polar_mix(WorkingScan& scan, const WorkingScan& other, Rng& rng) {
  const bool swap = rng.uniform64() < 0.5;
  const double from = rng.uniform64() * 2 * std::numbers::pi;
  const double first = rng.uniform64(), second = rng.uniform64();
  if (!scan.labelled() || !other.labelled()) return;
  if (swap)
    scan = append(select(scan, half_turn(scan, from, false)), other, half_turn(other, from, true));
  Rows things;
  for (const Rows& rows : instances_of(other))
    things.insert(things.end(), rows.begin(), rows.end());
  if (things.empty()) return;
  constexpr double kThird =
      2 * std::numbers::pi / 3;  // one copy in each of two other thirds of a turn
  append_turned(scan, other, things, first * kThird + kThird / 2);
  append_turned(scan, other, things, (1 + second) * kThird + kThird / 2);
}

}  // namespace lsk3d
