// SPDX-License-Identifier: MIT
#include "simulator/plants.h"

#include <algorithm>

namespace lsk3d::simulator {
namespace {

constexpr float kTurn = 6.2831853f;

void add_leaves(Primitive& p, float density) {
  p.texture = Texture::leaves;
  p.density = density;
}

}  // namespace

void add_tree(Scene& scene, const Spot& spot, float height, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kTrunk));
  const bool conifer = rng.uniform() < 0.15f;
  const float radius = std::clamp(0.022f * height + rng.uniform(-0.03f, 0.06f), 0.09f, 0.32f);
  const float fork = conifer ? 1.1f : std::clamp(0.26f * height, 1.5f, 2.6f);
  const Vec3 top{rng.uniform(-0.25f, 0.25f), rng.uniform(-0.25f, 0.25f), fork};
  b.capsule({0, 0, -0.3f}, {0.5f * top.x, 0.5f * top.y, 0.5f * fork}, radius * 1.1f, bark());
  b.capsule({0.5f * top.x, 0.5f * top.y, 0.5f * fork}, top, radius, bark());
  if (!conifer)
    for (int i = 0; i < 4; ++i) {
      const float turn = kTurn * rng.uniform(), reach = rng.uniform(0.1f, 0.2f) * height;
      b.capsule(top,
                {top.x + reach * std::cos(turn), top.y + reach * std::sin(turn),
                 fork + rng.uniform(0.12f, 0.28f) * height},
                0.45f * radius, bark());
    }
  b.set_label(label_of(kVegetation));
  if (conifer) {
    const float spread = rng.uniform(0.16f, 0.24f) * height;
    for (int i = 0; i < 4; ++i) {
      const float low = fork - 0.4f + 0.24f * static_cast<float>(i) * (height - fork);
      const float width = 2 * spread * (1 - 0.23f * static_cast<float>(i));
      add_leaves(b.tapered_box({0, 0, low + 0.16f * height}, {width, width, 0.32f * height},
                               leaves(), 0.4f * width, 0.4f * width, 0.4f * width),
                 1.6f);
    }
    return;
  }
  const float crown = height - fork, density = rng.uniform(0.7f, 1.8f);
  const int clumps = 5 + static_cast<int>(rng.below(4));
  for (int i = 0; i < clumps; ++i) {
    const float turn = kTurn * (static_cast<float>(i) + rng.uniform()) / static_cast<float>(clumps);
    const float out = i == 0 ? 0 : rng.uniform(0.12f, 0.3f) * crown;
    const float size = rng.uniform(0.5f, 0.8f) * crown;
    const Vec3 middle{top.x + out * std::cos(turn), top.y + out * std::sin(turn),
                      fork + rng.uniform(0.22f, 0.6f) * crown};
    const Vec3 extent{size, size * rng.uniform(0.8f, 1.2f), size * rng.uniform(0.65f, 0.95f)};
    add_leaves(b.ellipsoid(middle, extent, leaves()), density);
  }
}

void add_bush(Scene& scene, const Spot& spot, float size, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kVegetation));
  const int clumps = 2 + static_cast<int>(rng.below(3));
  const float density = rng.uniform(2.0f, 5.0f);
  for (int i = 0; i < clumps; ++i) {
    const float part = size * rng.uniform(0.6f, 1.0f);
    const Vec3 middle{0.4f * size * rng.uniform(-1, 1), 0.4f * size * rng.uniform(-1, 1),
                      0.4f * part};
    const Vec3 extent{part, part * rng.uniform(0.7f, 1.3f), part * rng.uniform(0.8f, 1.1f)};
    add_leaves(b.ellipsoid(middle, extent, leaves()), density);
  }
}

void add_hedge(Scene& scene, const Spot& spot, float length, float height, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kVegetation));
  const float depth = rng.uniform(0.6f, 1.2f), density = rng.uniform(3.0f, 7.0f);
  // Pieces of uneven size: no real hedge is a box.
  for (float begin = -0.5f * length; begin < 0.5f * length - 0.1f;) {
    const float piece = std::min(rng.uniform(0.8f, 2.2f), 0.5f * length - begin);
    const float top = height * rng.uniform(0.88f, 1.1f), wide = depth * rng.uniform(0.85f, 1.15f);
    add_leaves(b.tapered_box({begin + 0.5f * piece, rng.uniform(-0.08f, 0.08f), 0.5f * top - 0.1f},
                             {piece + 0.1f, wide, top + 0.2f}, leaves(), 0, 0, 0.12f * wide),
               density);
    begin += piece;
  }
}

}  // namespace lsk3d::simulator
