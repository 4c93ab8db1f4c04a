// SPDX-License-Identifier: MIT
#include "simulator/object_builder.h"

namespace lsk3d::simulator {

ObjectBuilder::ObjectBuilder(std::vector<Primitive>& scene, Vec3 origin, float yaw,
                             std::uint32_t label)
    : scene_(scene), origin_(origin), cos_(std::cos(yaw)), sin_(std::sin(yaw)), label_(label) {}

Vec3 ObjectBuilder::turned(Vec3 v) const {
  return {cos_ * v.x - sin_ * v.y, sin_ * v.x + cos_ * v.y, v.z};
}

Primitive& ObjectBuilder::add(Form form, Vec3 center, Vec3 half, const Surface& surface) {
  Primitive p;
  p.form = form;
  p.surface = surface;
  p.label = label_;
  p.center = origin_ + turned(center);
  p.axes = {turned({1, 0, 0}), turned({0, 1, 0}), Vec3{0, 0, 1}};
  p.half = half;
  return scene_.emplace_back(p);
}

Primitive& ObjectBuilder::box(Vec3 center, Vec3 size, const Surface& surface, float yaw) {
  Primitive& p = add(Form::box, center, 0.5f * size, surface);
  const float c = std::cos(yaw), s = std::sin(yaw);
  p.axes[0] = turned({c, s, 0});
  p.axes[1] = turned({-s, c, 0});
  return p;
}

Primitive& ObjectBuilder::tapered_box(Vec3 center, Vec3 size, const Surface& surface, float front,
                                      float back, float sides) {
  Primitive& p = add(Form::tapered_box, center, 0.5f * size, surface);
  p.inset = {front, back, sides};
  return p;
}

Primitive& ObjectBuilder::ellipsoid(Vec3 center, Vec3 size, const Surface& surface) {
  return add(Form::ellipsoid, center, 0.5f * size, surface);
}

Primitive& ObjectBuilder::rod(Form form, Vec3 from, Vec3 to, float radius, const Surface& surface) {
  const Vec3 along = to - from;
  Primitive& p = add(form, 0.5f * (from + to), {radius, radius, 0.5f * length(along)}, surface);
  const Vec3 axis = normalized(turned(along));
  const Vec3 other = std::abs(axis.z) > 0.9f ? Vec3{1, 0, 0} : Vec3{0, 0, 1};
  p.axes[2] = axis;
  p.axes[0] = normalized(cross(other, axis));
  p.axes[1] = cross(axis, p.axes[0]);
  return p;
}

Primitive& ObjectBuilder::cylinder(Vec3 from, Vec3 to, float radius, const Surface& surface) {
  return rod(Form::cylinder, from, to, radius, surface);
}

Primitive& ObjectBuilder::capsule(Vec3 from, Vec3 to, float radius, const Surface& surface) {
  return rod(Form::capsule, from, to, radius, surface);
}

Primitive& ObjectBuilder::ring(Vec3 center, float inner, float outer, const Surface& surface) {
  Primitive& p = add(Form::ring, center, {outer, outer, 0}, surface);
  p.axes = {turned({1, 0, 0}), Vec3{0, 0, 1}, turned({0, 1, 0})};
  p.inset.x = inner;
  return p;
}

}  // namespace lsk3d::simulator
