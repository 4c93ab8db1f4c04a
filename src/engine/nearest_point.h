// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <vector>

namespace lsk3d {

/// Finds the nearest of many points. Those that are added one after the other should lie near each
/// other, as along a space-filling curve: whole runs of them, and runs of runs, are passed over by
/// their bounding box.
class NearestPoint {
 public:
  void add(float x, float y, float z);
  std::size_t size() const { return x_.size(); }

  /// The index, in the order of adding, of the point nearest to `p` in f32 arithmetic; of equally near
  /// ones the first. There must be a point.
  std::size_t operator()(const std::array<float, 3>& p) const;

 private:
  /// So that the highest level has few boxes for as many points as a scan may have.
  static constexpr std::size_t kLevels = 5;

  struct Box {
    std::array<float, 3> low, high;
  };
  struct Found {
    std::size_t index;
    float distance;
  };
  float distance_to_box(const Box& box, const std::array<float, 3>& p) const;
  float distance(std::size_t i, const std::array<float, 3>& p) const;
  float some_near_distance(const std::array<float, 3>& p) const;
  void search(std::size_t level, std::size_t begin, std::size_t end, const std::array<float, 3>& p,
              Found& found) const;

  std::vector<float> x_, y_, z_;
  std::array<std::vector<Box>, kLevels> levels_;  // boxes of points, boxes of those, …
};

}  // namespace lsk3d
