// SPDX-License-Identifier: MIT
#include "simulator/buildings.h"

#include <algorithm>

namespace lsk3d::simulator {
namespace {

constexpr float kFooting = 1.2f;  // how deep walls go into uneven ground

}  // namespace

void add_building(Scene& scene, const Spot& spot, float width, float depth, float height,
                  Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kBuilding));
  const Surface walls = facade(rng);
  b.box({0, 0, -0.5f * kFooting}, {width, depth, kFooting}, walls);
  Primitive& body = b.box({0, 0, 0.5f * height}, {width, depth, height}, walls);
  body.texture = Texture::facade;
  body.period = rng.uniform(2.0f, 3.4f);
  const float roof = rng.uniform();
  const Surface tiles = {
      .remission = rng.uniform(0.2f, 0.4f), .spread = 0.15f, .roughness = 0.015f};
  if (roof < 0.65f) {  // gable or hip, eaves overhanging
    const float rise = rng.uniform(0.25f, 0.45f) * depth, hip = roof < 0.2f ? 0.4f * depth : 0.05f;
    b.tapered_box({0, 0, height + 0.5f * rise}, {width + 0.5f, depth + 0.8f, rise}, tiles,
                  std::min(hip, 0.45f * width), std::min(hip, 0.45f * width), 0.48f * depth);
  } else {
    b.box({0, 0, height + 0.2f}, {width + 0.2f, depth + 0.2f, 0.5f}, walls);
  }
  const float front = -0.5f * depth;
  if (rng.uniform() < 0.5f) {  // porch
    const float x = rng.uniform(-0.3f, 0.3f) * width;
    b.box({x, front - 0.6f, 0.1f}, {2.0f, 1.2f, 0.4f}, concrete());
    b.box({x, front - 0.6f, 2.5f}, {2.2f, 1.3f, 0.15f}, concrete());
  }
  if (height > 5 && rng.uniform() < 0.5f) {  // balconies
    for (float z = 2.9f; z < height - 1.5f; z += 2.9f) {
      const float x = rng.uniform(-0.3f, 0.3f) * width;
      b.box({x, front - 0.55f, z}, {2.8f, 1.1f, 0.16f}, concrete());
      Primitive& rail = b.box({x, front - 1.08f, z + 0.55f}, {2.8f, 0.05f, 0.95f}, metal());
      rail.texture = Texture::mesh;
      rail.density = 0.5f;
    }
  }
  if (rng.uniform() < 0.4f) {  // bay
    const float x = rng.uniform(-0.35f, 0.35f) * width;
    b.box({x, front - 0.4f, 1.3f}, {2.4f, 0.8f, 2.6f}, walls);
  }
}

void add_garage(Scene& scene, const Spot& spot, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kBuilding));
  const float height = rng.uniform(2.4f, 2.9f);
  b.box({0, 0, 0.5f * (height - 0.6f)}, {3.3f, 5.6f, height + 0.6f}, facade(rng));
  b.box({0, 0, height + 0.08f}, {3.6f, 5.9f, 0.2f}, concrete());
}

void add_fence(Scene& scene, const Spot& spot, float length, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kFence));
  const float kind = rng.uniform();
  if (kind < 0.3f) {  // low wall, sometimes with railings on it
    const float height = rng.uniform(0.6f, 1.5f);
    b.box({0, 0, 0.5f * height - 0.2f}, {length, 0.22f, height + 0.4f}, concrete());
    if (height < 0.9f && rng.uniform() < 0.6f) {
      Primitive& rail = b.box({0, 0, height + 0.4f}, {length, 0.05f, 0.8f}, metal());
      rail.texture = Texture::slats;
      rail.period = 0.16f;
      rail.density = 0.35f;
    }
    return;
  }
  const bool wire = kind > 0.72f;
  const float height = wire ? rng.uniform(1.2f, 2.0f) : rng.uniform(0.9f, 1.7f);
  const Surface material = wire ? metal() : wood();
  Primitive& panel =
      b.box({0, 0, 0.5f * height + 0.05f}, {length, wire ? 0.03f : 0.05f, height - 0.1f}, material);
  panel.texture = wire ? Texture::mesh : Texture::slats;
  panel.density = wire ? rng.uniform(0.35f, 0.5f) : rng.uniform(0.6f, 0.92f);
  panel.period = 0.15f;
  if (!wire)
    for (const float z : {0.3f, 0.8f})
      b.box({0, 0.04f, z * height}, {length, 0.04f, 0.08f}, material);
  const int posts = 1 + static_cast<int>(length / 2.4f);
  for (int i = 0; i <= posts; ++i) {
    const float x = length * (static_cast<float>(i) / static_cast<float>(posts) - 0.5f);
    b.box({x, 0, 0.5f * height}, {0.09f, 0.09f, height + 0.1f}, material);
  }
}

}  // namespace lsk3d::simulator
