// SPDX-License-Identifier: MIT
#include "simulator/bvh.h"

#include <algorithm>
#include <numeric>

namespace lsk3d::simulator {
namespace {

constexpr std::int32_t kLeafSize = 3;

/// Where the ray enters the box, kNoHit if it passes or comes after `limit`.
float enters(const Bounds& b, Vec3 o, Vec3 inverse, float limit) {
  const float x0 = (b.low.x - o.x) * inverse.x, x1 = (b.high.x - o.x) * inverse.x;
  const float y0 = (b.low.y - o.y) * inverse.y, y1 = (b.high.y - o.y) * inverse.y;
  const float z0 = (b.low.z - o.z) * inverse.z, z1 = (b.high.z - o.z) * inverse.z;
  const float in =
      std::max(std::max(std::min(x0, x1), std::min(y0, y1)), std::max(std::min(z0, z1), 0.0f));
  const float out =
      std::min(std::min(std::max(x0, x1), std::max(y0, y1)), std::min(std::max(z0, z1), limit));
  return in <= out ? in : kNoHit;
}

float safe_inverse(float v) { return 1.0f / (std::abs(v) < 1e-9f ? std::copysign(1e-9f, v) : v); }

}  // namespace

Bvh::Bvh(std::vector<Primitive> primitives) {
  const auto count = static_cast<std::int32_t>(primitives.size());
  if (count == 0) return;
  std::vector<Bounds> bounds(primitives.size());
  std::vector<std::int32_t> order(primitives.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = 0; i < primitives.size(); ++i) bounds[i] = bounds_of(primitives[i]);
  nodes_.reserve(2 * primitives.size());
  nodes_.emplace_back();
  split(0, order, bounds, 0, count);
  primitives_.reserve(primitives.size());
  for (const std::int32_t i : order) primitives_.push_back(primitives[static_cast<std::size_t>(i)]);
}

void Bvh::split(std::int32_t node, std::vector<std::int32_t>& order,
                const std::vector<Bounds>& bounds, std::int32_t begin, std::int32_t end) {
  Bounds all, centers;
  for (std::int32_t i = begin; i < end; ++i) {
    const Bounds& b = bounds[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])];
    include(all, b);
    const Vec3 center = 0.5f * (b.low + b.high);
    include(centers, {center, center});
  }
  Node& self = nodes_[static_cast<std::size_t>(node)];
  self.bounds = all;
  self.first = begin;
  self.count = end - begin;
  if (end - begin <= kLeafSize) return;
  const Vec3 extent = centers.high - centers.low;
  float Vec3::*axis = &Vec3::x;
  if (extent.y > extent.x) axis = &Vec3::y;
  if (extent.z > std::max(extent.x, extent.y)) axis = &Vec3::z;
  const std::int32_t middle = begin + (end - begin) / 2;
  std::nth_element(order.begin() + begin, order.begin() + middle, order.begin() + end,
                   [&](std::int32_t a, std::int32_t b) {
                     const Bounds &p = bounds[static_cast<std::size_t>(a)],
                                  &q = bounds[static_cast<std::size_t>(b)];
                     const float u = p.low.*axis + p.high.*axis, v = q.low.*axis + q.high.*axis;
                     return u < v || (u == v && a < b);
                   });
  const auto left = static_cast<std::int32_t>(nodes_.size());
  self.first = left;
  self.count = 0;
  nodes_.resize(nodes_.size() + 2);  // `self` dangles from here on
  split(left, order, bounds, begin, middle);
  split(left + 1, order, bounds, middle, end);
}

Bvh::Hit Bvh::nearest(const Ray& ray, float limit) const {
  Hit hit{limit, -1};
  if (nodes_.empty()) return {};
  const Vec3 inverse{safe_inverse(ray.direction.x), safe_inverse(ray.direction.y),
                     safe_inverse(ray.direction.z)};
  struct Entry {
    std::int32_t node;
    float enter;
  };
  Entry stack[64];
  int depth = 0;
  const float root = enters(nodes_[0].bounds, ray.origin, inverse, limit);
  if (root != kNoHit) stack[depth++] = {0, root};
  while (depth > 0) {
    const Entry entry = stack[--depth];
    if (entry.enter >= hit.t) continue;
    const Node& node = nodes_[static_cast<std::size_t>(entry.node)];
    if (node.count > 0) {
      for (std::int32_t i = node.first; i < node.first + node.count; ++i) {
        const float t = intersect(primitives_[static_cast<std::size_t>(i)], ray, hit.t,
                                  static_cast<std::uint32_t>(i));
        if (t < hit.t) hit = {t, i};
      }
      continue;
    }
    const std::int32_t left = node.first;
    const float a =
        enters(nodes_[static_cast<std::size_t>(left)].bounds, ray.origin, inverse, hit.t);
    const float b =
        enters(nodes_[static_cast<std::size_t>(left) + 1].bounds, ray.origin, inverse, hit.t);
    const Entry near = a <= b ? Entry{left, a} : Entry{left + 1, b};
    const Entry far = a <= b ? Entry{left + 1, b} : Entry{left, a};
    if (far.enter != kNoHit) stack[depth++] = far;
    if (near.enter != kNoHit) stack[depth++] = near;
  }
  return hit.primitive < 0 ? Hit{} : hit;
}

}  // namespace lsk3d::simulator
