// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "simulator/primitive.h"

namespace lsk3d::simulator {

/// Builds one object out of primitives in its own frame: x forward, y left, z up, origin on the
/// ground.
class ObjectBuilder {
 public:
  /// `yaw` in radians, counter-clockwise; `label` is raw id | instance << 16.
  ObjectBuilder(std::vector<Primitive>& scene, Vec3 origin, float yaw, std::uint32_t label);

  /// From here on parts carry another label (a tree's trunk and its crown).
  void set_label(std::uint32_t label) { label_ = label; }

  /// Each returns the new part, to be refined before the next one is added. Sizes are whole
  /// extents.
  Primitive& box(Vec3 center, Vec3 size, const Surface& surface, float yaw = 0);
  /// Top moved in by `front`, `back` and `sides` metres.
  Primitive& tapered_box(Vec3 center, Vec3 size, const Surface& surface, float front, float back,
                         float sides);
  Primitive& ellipsoid(Vec3 center, Vec3 size, const Surface& surface);
  Primitive& cylinder(Vec3 from, Vec3 to, float radius, const Surface& surface);
  Primitive& capsule(Vec3 from, Vec3 to, float radius, const Surface& surface);
  /// An upright ring in the x-z plane.
  Primitive& ring(Vec3 center, float inner, float outer, const Surface& surface);

 private:
  Primitive& add(Form form, Vec3 center, Vec3 half, const Surface& surface);
  Primitive& rod(Form form, Vec3 from, Vec3 to, float radius, const Surface& surface);
  Vec3 turned(Vec3 local) const;

  std::vector<Primitive>& scene_;
  Vec3 origin_;
  float cos_, sin_;
  std::uint32_t label_;
};

}  // namespace lsk3d::simulator
