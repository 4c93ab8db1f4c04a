// SPDX-License-Identifier: MIT
#include "simulator/people.h"

namespace lsk3d::simulator {
namespace {

void add_bicycle_parts(ObjectBuilder& b, Rng& rng) {
  const Surface frame = metal();
  const float radius = rng.uniform(0.32f, 0.36f), base = 0.5f * rng.uniform(1.0f, 1.1f),
              tube = 0.03f;
  for (const float x : {-base, base}) {
    b.ring({x, 0, radius}, radius - 0.06f, radius, rubber());
    Primitive& spokes = b.ring({x, 0, radius}, 0.02f, radius - 0.06f, frame);
    spokes.texture = Texture::mesh;
    spokes.density = 0.2f;
  }
  const Vec3 crank{-0.05f, 0, 0.3f}, saddle{-0.2f, 0, 0.9f}, head{0.36f, 0, 0.88f};
  b.capsule(crank, saddle, tube, frame);
  b.capsule(crank, head, tube, frame);
  b.capsule({-0.17f, 0, 0.78f}, head, tube, frame);
  b.capsule({-base, 0, radius}, crank, tube * 0.8f, frame);
  b.capsule({-base, 0, radius}, {-0.17f, 0, 0.78f}, tube * 0.8f, frame);
  b.capsule({base, 0, radius}, {0.34f, 0, 1.02f}, tube, frame);
  b.capsule({0.34f, -0.29f, 1.04f}, {0.34f, 0.29f, 1.04f}, tube, frame);
  b.ellipsoid({-0.22f, 0, 0.95f}, {0.28f, 0.16f, 0.09f}, rubber());
  if (rng.uniform() < 0.4f) b.box({-base + 0.02f, 0, 0.82f}, {0.4f, 0.16f, 0.06f}, frame);
  if (rng.uniform() < 0.25f) b.box({base, 0, 0.95f}, {0.3f, 0.34f, 0.24f}, wood());  // basket
}

void add_motorcycle_parts(ObjectBuilder& b, Rng& rng) {
  const Surface paint = car_paint(rng), steel = metal();
  const bool scooter = rng.uniform() < 0.4f;
  const float radius = scooter ? 0.25f : 0.31f, base = scooter ? 0.62f : 0.72f;
  for (const float x : {-base, base})
    b.cylinder({x, -0.07f, radius}, {x, 0.07f, radius}, radius, rubber());
  if (scooter) {
    b.box({0.0f, 0, 0.32f}, {0.6f, 0.34f, 0.12f}, paint);
    b.tapered_box({-0.5f, 0, 0.56f}, {0.8f, 0.38f, 0.5f}, paint, 0.1f, 0.05f, 0.05f);
    b.tapered_box({0.45f, 0, 0.65f}, {0.22f, 0.44f, 0.7f}, paint, 0.05f, 0.05f, 0.06f);
    if (rng.uniform() < 0.5f) b.box({-0.85f, 0, 1.0f}, {0.36f, 0.36f, 0.34f}, paint);
  } else {
    b.box({0.05f, 0, 0.46f}, {0.62f, 0.36f, 0.42f}, steel);
    b.ellipsoid({0.18f, 0, 0.86f}, {0.62f, 0.38f, 0.34f}, paint);
    b.tapered_box({-0.5f, 0, 0.84f}, {0.8f, 0.3f, 0.2f}, rubber(), 0.05f, 0.15f, 0.04f);
    b.capsule({-base, 0.2f, 0.36f}, {-0.2f, 0.2f, 0.36f}, 0.06f, steel);
    if (rng.uniform() < 0.5f)
      b.ellipsoid({0.62f, 0, 0.92f}, {0.46f, 0.46f, 0.5f}, paint);  // fairing
    if (rng.uniform() < 0.3f)
      for (const float side : {-0.3f, 0.3f})
        b.box({-0.7f, side, 0.66f}, {0.45f, 0.2f, 0.36f}, paint);
  }
  b.capsule({base, 0, radius}, {0.5f, 0, 1.0f}, 0.055f, steel);
  b.capsule({0.45f, -0.38f, 1.06f}, {0.45f, 0.38f, 1.06f}, 0.035f, steel);
  b.ellipsoid({0.62f, 0, 0.95f}, {0.2f, 0.22f, 0.22f}, glass());
}

struct RiderPosture {
  Vec3 hip, shoulder, knee, foot, hand;
};

void add_rider_parts(ObjectBuilder& b, const RiderPosture& p, bool bulky, Rng& rng) {
  const Surface jacket = cloth(rng), trousers = cloth(rng);
  const float girth = bulky ? 0.2f : 0.16f, limb = bulky ? 0.085f : 0.065f;
  b.capsule(p.hip, p.shoulder, girth, jacket);
  for (const float side : {-1.0f, 1.0f}) {
    const float swing = bulky ? 0.0f : side * 0.08f;  // pedals are never level
    const Vec3 hip{p.hip.x, side * 0.11f, p.hip.z},
        knee{p.knee.x, side * (bulky ? 0.26f : 0.12f), p.knee.z + swing};
    b.capsule(hip, knee, limb + 0.015f, trousers);
    b.capsule(knee, {p.foot.x, knee.y, p.foot.z + swing}, limb, trousers);
    const Vec3 shoulder{p.shoulder.x, side * 0.2f, p.shoulder.z};
    b.capsule(shoulder, {p.hand.x, side * 0.27f, p.hand.z}, limb - 0.01f, jacket);
  }
  const Vec3 head{p.shoulder.x + 0.07f, 0, p.shoulder.z + girth + 0.14f};
  b.ellipsoid(head, bulky ? Vec3{0.3f, 0.27f, 0.3f} : Vec3{0.22f, 0.19f, 0.27f},
              bulky ? car_paint(rng) : skin());
  if (!bulky && rng.uniform() < 0.3f)
    b.box({p.shoulder.x - 0.24f, 0, p.shoulder.z - 0.12f}, {0.2f, 0.3f, 0.42f}, cloth(rng));
}

}  // namespace

void add_person(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kPerson, instance));
  const float height = rng.uniform() < 0.15f ? rng.uniform(1.1f, 1.45f) : rng.uniform(1.55f, 1.92f);
  const float h = height / 1.75f, stride = rng.uniform(0.0f, 0.28f) * h,
              build = rng.uniform(0.9f, 1.2f);
  const Surface coat = cloth(rng), trousers = cloth(rng);
  const bool skirt = rng.uniform() < 0.2f;
  for (const float side : {-1.0f, 1.0f})
    b.capsule({side * stride, side * 0.1f * h, 0.08f * h}, {0, side * 0.08f * h, 0.85f * h},
              0.075f * h * build, trousers);
  if (skirt)
    b.tapered_box({0, 0, 0.72f * h}, {0.44f * h, 0.5f * h, 0.5f * h}, coat, 0.1f, 0.1f, 0.12f);
  b.ellipsoid({0, 0, 1.15f * h}, {0.27f * h * build, 0.42f * h * build, 0.72f * h}, coat);
  b.capsule({0.02f, -0.12f * h, 1.38f * h}, {0.02f, 0.12f * h, 1.38f * h}, 0.08f * h * build, coat);
  for (const float side : {-1.0f, 1.0f})
    b.capsule({0, side * 0.22f * h, 1.38f * h},
              {-side * 0.8f * stride, side * 0.26f * h, 0.82f * h}, 0.05f * h * build, coat);
  b.ellipsoid({0.02f, 0, 1.63f * h}, {0.2f * h, 0.17f * h, 0.25f * h}, skin());
  if (rng.uniform() < 0.25f)
    b.box({-0.2f * h, 0, 1.2f * h}, {0.18f, 0.3f, 0.42f}, cloth(rng));  // rucksack
  else if (rng.uniform() < 0.25f)
    b.box({0, 0.36f * h, 0.6f * h}, {0.34f, 0.12f, 0.34f}, cloth(rng));  // bag
}

void add_bicycle(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kBicycle, instance));
  add_bicycle_parts(b, rng);
}

void add_motorcycle(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kMotorcycle, instance));
  add_motorcycle_parts(b, rng);
}

void add_bicyclist(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kBicyclist, instance));
  add_bicycle_parts(b, rng);
  const float lean = rng.uniform(0.12f, 0.34f);
  add_rider_parts(b,
                  {{-0.2f, 0, 1.02f},
                   {-0.2f + lean, 0, 1.5f},
                   {0.2f, 0, 0.82f},
                   {0.0f, 0, 0.35f},
                   {0.34f, 0, 1.08f}},
                  false, rng);
}

void add_motorcyclist(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kMotorcyclist, instance));
  add_motorcycle_parts(b, rng);
  const float lean = rng.uniform(0.15f, 0.4f);
  add_rider_parts(b,
                  {{-0.38f, 0, 0.98f},
                   {-0.38f + lean, 0, 1.42f},
                   {0.08f, 0, 0.8f},
                   {-0.12f, 0, 0.35f},
                   {0.42f, 0, 1.1f}},
                  true, rng);
}

}  // namespace lsk3d::simulator
