// SPDX-License-Identifier: MIT
#include <cmath>
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
  std::vector<Rows> instances = instances_of(other);
  for (std::size_t pasted = 0; pasted < kMaxPasted && !instances.empty(); ++pasted) {
    const auto pick = static_cast<std::size_t>(rng.below(instances.size()));
    append_turned(scan, other, instances[pick], rng.uniform64() * 2 * std::numbers::pi);
    instances.erase(instances.begin() + static_cast<std::ptrdiff_t>(pick));
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
