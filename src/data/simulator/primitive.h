// SPDX-License-Identifier: MIT
// The solids that everything standing on the ground is made of.
#pragma once
#include <array>
#include <cstdint>
#include <limits>

#include "simulator/surface.h"
#include "simulator/vec3.h"

namespace lsk3d::simulator {

constexpr float kNoHit = std::numeric_limits<float>::infinity();

enum class Form : std::uint8_t {
  box,
  tapered_box,  // a box whose top is drawn in by Primitive::inset
  ellipsoid,
  cylinder,  // around local z, radius half.x, flat ends
  capsule,   // around local z, radius half.x, round ends beyond half.z
  ring,      // flat, local z is its normal, radii inset.x to half.x
  patch      // a triangle of ground: corner center, edges axes[0] and axes[1], normal axes[2]
};

/// What a ray meets where it enters the form.
enum class Texture : std::uint8_t {
  solid,
  leaves,  // returns at a random depth: `density` returns a metre
  slats,   // upright slats along local x every `period`, a share `density` of it filled
  mesh,    // stops a ray with probability `density`
  facade,  // rows of recessed windows, `period` apart along the wall
  // Paint on a patch of road. Street coordinates: half holds (u, v) of the corner and half the
  // road's width, inset what u gains along edge 0, u along edge 1, v along edge 0; density: v along
  // edge 1.
  lane_marks
};

struct Primitive {
  Form form = Form::box;
  Texture texture = Texture::solid;
  Surface surface;
  std::uint32_t label = 0;  // raw id | instance << 16
  Vec3 center;
  std::array<Vec3, 3> axes{Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}};  // local axes in the world
  Vec3 half{1, 1, 1};
  Vec3 inset;  // tapered_box: top moved in at front (x), back (y) and both sides (z)
  float density = 1, period = 1;
};

struct Bounds {
  Vec3 low{kNoHit, kNoHit, kNoHit}, high{-kNoHit, -kNoHit, -kNoHit};
};
void include(Bounds& bounds, const Bounds& other);
Bounds bounds_of(const Primitive& primitive);

/// Distance along the ray to what it meets of the primitive, kNoHit if nothing nearer than `limit`.
/// `salt` (the primitive's number) and the ray's id fix the random choices.
float intersect(const Primitive& primitive, const Ray& ray, float limit, std::uint32_t salt);

/// Normal and surface at a distance that intersect() returned.
struct Contact {
  Vec3 normal;
  Surface surface;
};
Contact contact_at(const Primitive& primitive, const Ray& ray, float t);

/// Uniform in [0, 1), a pure function of both numbers.
float hash_uniform(std::uint32_t a, std::uint32_t b);

}  // namespace lsk3d::simulator
