// SPDX-License-Identifier: MIT
#include "simulator/furniture.h"

namespace lsk3d::simulator {

void add_lamp_post(Scene& scene, const Spot& spot, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kPole));
  const float height = rng.uniform(4.5f, 8.5f), radius = rng.uniform(0.06f, 0.1f);
  b.cylinder({0, 0, -0.3f}, {0, 0, 1.0f}, radius * 1.35f, metal());
  b.cylinder({0, 0, 1.0f}, {0, 0, height}, radius, metal());
  if (rng.uniform() < 0.7f) {
    const float reach = rng.uniform(0.8f, 2.0f);
    b.capsule({0, 0, height}, {reach, 0, height + 0.25f}, 0.05f, metal());
    b.box({reach + 0.2f, 0, height + 0.25f}, {0.7f, 0.25f, 0.14f}, metal());
  } else {
    b.ellipsoid({0, 0, height + 0.2f}, {0.5f, 0.5f, 0.55f}, metal());
  }
}

void add_utility_pole(Scene& scene, const Spot& spot, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kPole));
  const float height = rng.uniform(6.5f, 9.0f);
  b.cylinder({0, 0, -0.3f}, {0, 0, height}, rng.uniform(0.1f, 0.15f), wood());
  b.box({0, 0, height - 0.5f}, {0.1f, rng.uniform(1.2f, 2.0f), 0.12f}, wood());
}

void add_bollard(Scene& scene, const Spot& spot, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kPole));
  const float height = rng.uniform(0.8f, 1.1f);
  b.capsule({0, 0, -0.1f}, {0, 0, height}, rng.uniform(0.06f, 0.09f), metal());
}

void add_traffic_sign(Scene& scene, const Spot& spot, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kPole));
  const Surface foil = sign_foil();
  const float kind = rng.uniform();
  if (kind < 0.16f) {  // a guide board on two posts
    const float width = rng.uniform(1.4f, 2.4f), height = rng.uniform(0.8f, 1.3f),
                low = rng.uniform(1.2f, 1.9f);
    for (const float side : {-0.4f, 0.4f})
      b.cylinder({-0.06f, side * width, -0.2f}, {-0.06f, side * width, low + height}, 0.05f,
                 metal());
    b.set_label(label_of(kTrafficSign));
    b.box({0.02f, 0, low + 0.5f * height}, {0.05f, width, height}, foil);
    return;
  }
  const float low = rng.uniform(2.0f, 2.5f);
  const bool two = rng.uniform() < 0.35f;
  b.cylinder({0, 0, -0.2f}, {0, 0, low + (two ? 1.4f : 0.75f)}, rng.uniform(0.035f, 0.05f),
             metal());
  b.set_label(label_of(kTrafficSign));
  for (int i = 0; i < (two ? 2 : 1); ++i) {
    const float z = low + 0.36f + 0.72f * static_cast<float>(i), size = rng.uniform(0.6f, 0.75f);
    if (rng.uniform() < 0.5f) b.cylinder({0.05f, 0, z}, {0.08f, 0, z}, 0.5f * size, foil);
    else b.box({0.065f, 0, z}, {0.03f, size, rng.uniform(0.6f, 1.0f) * size}, foil);
  }
}

void add_street_object(Scene& scene, const Spot& spot, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kOtherObject));
  const float kind = rng.uniform();
  if (kind < 0.45f) {  // wheeled bins
    const int bins = 1 + static_cast<int>(rng.below(3));
    for (int i = 0; i < bins; ++i)
      b.tapered_box({0, 0.7f * static_cast<float>(i), 0.53f}, {0.6f, 0.55f, 1.06f}, rubber(), 0, 0,
                    0);
  } else if (kind < 0.75f) {
    const float width = rng.uniform(0.8f, 1.6f);
    b.box({0, 0, 0.6f}, {0.4f, width, 1.25f}, truck_paint(rng));
  } else {
    b.box({0, 0, 0.45f}, {0.45f, 1.7f, 0.06f}, wood());
    b.box({-0.22f, 0, 0.75f}, {0.06f, 1.7f, 0.4f}, wood());
    for (const float side : {-0.7f, 0.7f}) b.box({0, side, 0.2f}, {0.4f, 0.08f, 0.45f}, metal());
  }
}

}  // namespace lsk3d::simulator
