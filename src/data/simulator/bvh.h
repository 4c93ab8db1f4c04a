// SPDX-License-Identifier: MIT
// A tree of boxes around primitives, so that a ray looks at few of them.
#pragma once
#include <cstdint>
#include <vector>

#include "simulator/primitive.h"

namespace lsk3d::simulator {

class Bvh {
 public:
  struct Hit {
    float t = kNoHit;
    std::int32_t primitive = -1;
  };

  explicit Bvh(std::vector<Primitive> primitives);
  const std::vector<Primitive>& primitives() const { return primitives_; }
  /// The nearest thing met before `limit`.
  Hit nearest(const Ray& ray, float limit) const;

 private:
  struct Node {
    Bounds bounds;
    std::int32_t first = 0;  // first primitive of a leaf; else the left child (right is +1)
    std::int32_t count = 0;  // 0: inner node
  };
  void split(std::int32_t node, std::vector<std::int32_t>& order, const std::vector<Bounds>& bounds,
             std::int32_t begin, std::int32_t end);

  std::vector<Primitive> primitives_;
  std::vector<Node> nodes_;
};

}  // namespace lsk3d::simulator
