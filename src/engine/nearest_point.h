// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <vector>

namespace lsk3d {

/// Finds the nearest of many points. Those that are added one after the other should lie near each
/// other, as along a space-filling curve: whole runs of them are passed over by their bounding box.
class NearestPoint {
 public:
  void add(float x, float y, float z);
  std::size_t size() const { return x_.size(); }

  /// The index, in the order of adding, of the point nearest to `p` in f32 arithmetic; of equally near
  /// ones the first. There must be a point.
  std::size_t operator()(const std::array<float, 3>& p) const;

 private:
  struct Box {
    std::array<float, 3> low, high;
  };
  float distance_to_box(const Box& box, const std::array<float, 3>& p) const;
  float distance(std::size_t i, const std::array<float, 3>& p) const;

  std::vector<float> x_, y_, z_;
  std::vector<Box> boxes_;  // of kRun points each
};

}  // namespace lsk3d
