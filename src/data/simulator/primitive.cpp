// SPDX-License-Identifier: MIT
#include "simulator/primitive.h"

#include <algorithm>

namespace lsk3d::simulator {
namespace {

// A wall's windows: storeys and what of a cell is window.
constexpr float kStorey = 2.9f, kSill = 0.95f, kLintel = 2.3f, kWindowShare = 0.5f, kRecess = 0.16f;

struct Interval {
  float enter = -kNoHit, leave = kNoHit;
  bool empty() const { return !(enter <= leave); }
};

/// Keeps the part of the ray where value + slope * t <= 0.
void clip(Interval& span, float value, float slope) {
  if (slope > 0) span.leave = std::min(span.leave, -value / slope);
  else if (slope < 0) span.enter = std::max(span.enter, -value / slope);
  else if (value > 0) span.leave = -kNoHit;
}

Interval roots(float a, float half_b, float c) {
  const float discriminant = half_b * half_b - a * c;
  if (discriminant < 0 || a <= 0) return {kNoHit, -kNoHit};
  const float root = std::sqrt(discriminant);
  return {(-half_b - root) / a, (-half_b + root) / a};
}

Interval box_span(Vec3 half, Vec3 o, Vec3 d) {
  Interval span;
  clip(span, o.x - half.x, d.x);
  clip(span, -o.x - half.x, -d.x);
  clip(span, o.y - half.y, d.y);
  clip(span, -o.y - half.y, -d.y);
  clip(span, o.z - half.z, d.z);
  clip(span, -o.z - half.z, -d.z);
  return span;
}

Interval tapered_span(const Primitive& p, Vec3 o, Vec3 d) {
  Interval span = box_span(p.half, o, d);
  const float inv = 0.5f / p.half.z, rise = (o.z + p.half.z) * inv, gain = d.z * inv;
  clip(span, o.x - p.half.x + p.inset.x * rise, d.x + p.inset.x * gain);
  clip(span, -o.x - p.half.x + p.inset.y * rise, -d.x + p.inset.y * gain);
  clip(span, o.y - p.half.y + p.inset.z * rise, d.y + p.inset.z * gain);
  clip(span, -o.y - p.half.y + p.inset.z * rise, -d.y + p.inset.z * gain);
  return span;
}

Interval ellipsoid_span(Vec3 half, Vec3 o, Vec3 d) {
  const Vec3 so{o.x / half.x, o.y / half.y, o.z / half.z},
      sd{d.x / half.x, d.y / half.y, d.z / half.z};
  return roots(dot(sd, sd), dot(so, sd), dot(so, so) - 1);
}

Interval cylinder_span(Vec3 half, Vec3 o, Vec3 d) {
  const float a = d.x * d.x + d.y * d.y, c = o.x * o.x + o.y * o.y - half.x * half.x;
  Interval span;
  if (a > 1e-12f) span = roots(a, o.x * d.x + o.y * d.y, c);
  else if (c > 0) return {kNoHit, -kNoHit};
  clip(span, o.z - half.z, d.z);
  clip(span, -o.z - half.z, -d.z);
  return span;
}

Interval capsule_span(Vec3 half, Vec3 o, Vec3 d) {
  Interval span = cylinder_span(half, o, d);
  for (const float end : {half.z, -half.z}) {
    const Vec3 from{o.x, o.y, o.z - end};
    const Interval cap = roots(dot(d, d), dot(from, d), dot(from, from) - half.x * half.x);
    if (cap.empty()) continue;
    if (span.empty()) span = cap;
    else span = {std::min(span.enter, cap.enter), std::max(span.leave, cap.leave)};
  }
  return span;
}

Interval ring_span(const Primitive& p, Vec3 o, Vec3 d) {
  if (std::abs(d.z) < 1e-9f) return {kNoHit, -kNoHit};
  const float t = -o.z / d.z, x = o.x + t * d.x, y = o.y + t * d.y, r2 = x * x + y * y;
  if (r2 > p.half.x * p.half.x || r2 < p.inset.x * p.inset.x) return {kNoHit, -kNoHit};
  return {t, t};
}

/// Distance to a patch and where on its edges the ray meets it (Moeller and Trumbore 1997).
struct PatchHit {
  float t = kNoHit, along0 = 0, along1 = 0;
};
PatchHit meet_patch(const Primitive& p, const Ray& ray) {
  const Vec3 h = cross(ray.direction, p.axes[1]);
  const float det = dot(p.axes[0], h);
  if (std::abs(det) < 1e-12f) return {};
  const float inv = 1 / det;
  const Vec3 from = ray.origin - p.center;
  const float a = inv * dot(from, h);
  if (a < 0 || a > 1) return {};
  const Vec3 q = cross(from, p.axes[0]);
  const float b = inv * dot(ray.direction, q);
  if (b < 0 || a + b > 1) return {};
  return {inv * dot(p.axes[1], q), a, b};
}

/// Whether street coordinates lie on the dashed middle line or on an edge line.
bool on_paint(float u, float v, float half_width) {
  constexpr float kDash = 3, kDashPeriod = 8, kLine = 0.07f, kEdge = 0.3f;
  if (v < kLine) return u - kDashPeriod * std::floor(u / kDashPeriod) < kDash;
  return std::abs(v - (half_width - kEdge)) < kLine;
}

Vec3 to_local(const Primitive& p, Vec3 v) {
  return {dot(p.axes[0], v), dot(p.axes[1], v), dot(p.axes[2], v)};
}

Interval span_of(const Primitive& p, Vec3 o, Vec3 d) {
  switch (p.form) {
    case Form::box:
      return box_span(p.half, o, d);
    case Form::tapered_box:
      return tapered_span(p, o, d);
    case Form::ellipsoid:
      return ellipsoid_span(p.half, o, d);
    case Form::cylinder:
      return cylinder_span(p.half, o, d);
    case Form::capsule:
      return capsule_span(p.half, o, d);
    case Form::ring:
      return ring_span(p, o, d);
    case Form::patch:
      break;
  }
  return {kNoHit, -kNoHit};
}

/// Whether a point on a facade's side (local coordinates) lies in a window.
bool in_window(const Primitive& p, Vec3 at) {
  const bool long_side = std::abs(std::abs(at.y) - p.half.y) < std::abs(std::abs(at.x) - p.half.x);
  const float along = (long_side ? at.x + p.half.x : at.y + p.half.y) / p.period;
  const float height = at.z + p.half.z, in_storey = height - kStorey * std::floor(height / kStorey);
  const float cell = along - std::floor(along);
  return in_storey > kSill && in_storey < kLintel && cell > 0.5f * (1 - kWindowShare) &&
         cell < 0.5f * (1 + kWindowShare);
}

}  // namespace

float hash_uniform(std::uint32_t a, std::uint32_t b) {
  std::uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA77u;
  h ^= h >> 15;
  h *= 0x2C1B3C6Du;
  h ^= h >> 12;
  h *= 0x297A2D39u;
  h ^= h >> 15;
  return static_cast<float>(h >> 8) * 0x1p-24f;
}

void include(Bounds& bounds, const Bounds& other) {
  bounds.low = {std::min(bounds.low.x, other.low.x), std::min(bounds.low.y, other.low.y),
                std::min(bounds.low.z, other.low.z)};
  bounds.high = {std::max(bounds.high.x, other.high.x), std::max(bounds.high.y, other.high.y),
                 std::max(bounds.high.z, other.high.z)};
}

Bounds bounds_of(const Primitive& p) {
  if (p.form == Form::patch) {
    Bounds bounds{p.center, p.center};
    include(bounds, {p.center + p.axes[0], p.center + p.axes[0]});
    include(bounds, {p.center + p.axes[1], p.center + p.axes[1]});
    const Vec3 margin{1e-4f, 1e-4f, 1e-4f};
    return {bounds.low - margin, bounds.high + margin};
  }
  Vec3 half = p.half;
  if (p.form == Form::capsule) half.z += half.x;
  if (p.form == Form::ring) half = {half.x, half.x, 0.001f};
  if (p.form == Form::cylinder || p.form == Form::capsule) half.y = half.x;
  const auto reach = [&](float Vec3::*axis) {
    return std::abs(p.axes[0].*axis) * half.x + std::abs(p.axes[1].*axis) * half.y +
           std::abs(p.axes[2].*axis) * half.z + 1e-4f;
  };
  const Vec3 extent{reach(&Vec3::x), reach(&Vec3::y), reach(&Vec3::z)};
  return {p.center - extent, p.center + extent};
}

float intersect(const Primitive& p, const Ray& ray, float limit, std::uint32_t salt) {
  if (p.form == Form::patch) {
    const float t = meet_patch(p, ray).t;
    return t > 0 && t < limit ? t : kNoHit;
  }
  const Vec3 o = to_local(p, ray.origin - p.center), d = to_local(p, ray.direction);
  const Interval span = span_of(p, o, d);
  if (span.empty() || span.leave <= 0 || span.enter >= limit) return kNoHit;
  const float enter = std::max(span.enter, 0.0f);
  switch (p.texture) {
    case Texture::solid:
    case Texture::lane_marks:
      break;
    case Texture::leaves: {
      const float depth = -std::log(1 - hash_uniform(ray.id, salt)) / p.density;
      const float t = enter + depth;
      return t < span.leave && t < limit ? t : kNoHit;
    }
    case Texture::mesh:
      if (hash_uniform(ray.id, salt) >= p.density) return kNoHit;
      break;
    case Texture::slats: {
      const float along = (o.x + enter * d.x + p.half.x) / p.period;
      if (along - std::floor(along) >= p.density) return kNoHit;
      break;
    }
    case Texture::facade:
      if (in_window(p, o + enter * d)) {
        const Vec3 at = o + enter * d;
        const bool long_side =
            std::abs(std::abs(at.y) - p.half.y) < std::abs(std::abs(at.x) - p.half.x);
        const float slope = std::max(std::abs(long_side ? d.y : d.x), 0.05f);
        return enter + kRecess / slope < limit ? enter + kRecess / slope : kNoHit;
      }
  }
  return enter;
}

Contact contact_at(const Primitive& p, const Ray& ray, float t) {
  if (p.form == Form::patch) {
    if (p.texture != Texture::lane_marks) return {p.axes[2], p.surface};
    const PatchHit hit = meet_patch(p, ray);
    const float u = p.half.x + hit.along0 * p.inset.x + hit.along1 * p.inset.y;
    const float v = p.half.y + hit.along0 * p.inset.z + hit.along1 * p.density;
    return {p.axes[2], on_paint(u, v, p.half.z) ? lane_paint() : p.surface};
  }
  const Vec3 o = to_local(p, ray.origin - p.center), d = to_local(p, ray.direction);
  const Vec3 at = o + t * d;
  Surface surface = p.surface;
  Vec3 n{0, 0, 1};
  switch (p.form) {
    case Form::box:
    case Form::tapered_box: {
      // The face whose plane is nearest; a tapered side is taken as upright.
      const float rise = 0.5f * (at.z / p.half.z + 1);
      const bool tapered = p.form == Form::tapered_box;
      const float front = p.half.x - (tapered ? p.inset.x * rise : 0) - at.x;
      const float back = p.half.x - (tapered ? p.inset.y * rise : 0) + at.x;
      const float side = p.half.y - (tapered ? p.inset.z * rise : 0) - std::abs(at.y);
      const float level = p.half.z - std::abs(at.z);
      const float nearest =
          std::min({std::abs(front), std::abs(back), std::abs(side), std::abs(level)});
      if (nearest == std::abs(level)) n = {0, 0, at.z > 0 ? 1.0f : -1.0f};
      else if (nearest == std::abs(side)) n = {0, at.y > 0 ? 1.0f : -1.0f, 0};
      else n = {nearest == std::abs(front) ? 1.0f : -1.0f, 0, 0};
      if (p.texture == Texture::facade && nearest > 0.02f) surface = glass();
      break;
    }
    case Form::ellipsoid:
      n = {at.x / (p.half.x * p.half.x), at.y / (p.half.y * p.half.y),
           at.z / (p.half.z * p.half.z)};
      break;
    case Form::cylinder:
      n = std::abs(at.z) > p.half.z - 1e-3f ? Vec3{0, 0, at.z} : Vec3{at.x, at.y, 0};
      break;
    case Form::capsule:
      n = {at.x, at.y, at.z - std::clamp(at.z, -p.half.z, p.half.z)};
      break;
    case Form::ring:
    case Form::patch:
      break;
  }
  if (p.texture == Texture::leaves)
    n = {hash_uniform(ray.id, 1) - 0.5f, hash_uniform(ray.id, 2) - 0.5f,
         hash_uniform(ray.id, 3) - 0.5f};
  if (dot(n, n) < 1e-12f) n = {0, 0, 1};
  return {normalized(n.x * p.axes[0] + n.y * p.axes[1] + n.z * p.axes[2]), surface};
}

}  // namespace lsk3d::simulator
