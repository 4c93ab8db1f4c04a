// SPDX-License-Identifier: MIT
#include "simulator/sensor.h"

#include <algorithm>

#include "lsk3d/core/parallel.h"

namespace lsk3d::simulator {
namespace {

constexpr float kTurn = 6.2831853f, kDegree = kTurn / 360;
constexpr float kRangeNoise = 0.018f;  // metres, standard deviation
constexpr float kMinRange = 1.2f;      // nearer is the sensor's own car
constexpr float kWeakest =
    1.9e-6f;  // remission * cosine / range^2 at which half the shots are lost

struct Return {
  float x, y, z, remission;
  std::uint32_t label;
};

/// Two numbers that are nearly normal from one block of random bits.
struct ShotNoise {
  std::array<std::uint32_t, 4> bits;
  float uniform(std::size_t i) const { return static_cast<float>(bits[i] >> 8) * 0x1p-24f; }
  /// Standard normal of the i-th word (Box-Muller on its halves).
  float normal(std::size_t i) const {
    const float a = static_cast<float>((bits[i] >> 16) + 1) * 0x1p-16f;
    const float b = static_cast<float>(bits[i] & 0xFFFFu) * 0x1p-16f;
    return std::sqrt(-2 * std::log(a)) * std::cos(kTurn * b);
  }
};

/// What the sensor makes of a hit; false where the pulse is lost.
bool receive(const Primitive& thing, const Ray& ray, float range, const ShotNoise& noise,
             Return& out) {
  const Contact contact = contact_at(thing, ray, range);
  const Surface& surface = contact.surface;
  const float cosine = std::min(1.0f, std::abs(dot(contact.normal, ray.direction)));
  const float facing = surface.retro ? 1.0f : std::max(cosine, 0.004f);
  const float signal = std::max(surface.remission, 0.02f) * facing / (range * range);
  const float weak = kWeakest / signal;
  if (noise.uniform(0) >= (1 - surface.drop) / (1 + weak * weak)) return false;
  // Grazing light comes back weaker, though the sensor's own gain makes up for most of it.
  const float remission = surface.remission *
                          (surface.retro ? 1.0f : 0.55f + 0.45f * std::sqrt(facing)) *
                          (1 + surface.spread * noise.normal(1));
  out.remission = 0.01f * std::floor(100 * std::clamp(remission, 0.0f, 0.99f));
  out.label = thing.label;
  return true;
}

}  // namespace

std::vector<float> beam_elevations(int beams, const SimulatedMount& mount) {
  const SimulatedMount as_usual;
  std::vector<float> elevations(static_cast<std::size_t>(beams));
  for (int i = 0; i < beams; ++i) {
    // Position among 64: the upper block of 32 is spaced by a third of a degree, the lower by half.
    const float at =
        beams == 1 ? 31.5f : 63.0f * static_cast<float>(i) / static_cast<float>(beams - 1);
    const float degrees = at <= 31   ? 2.0f - at / 3
                          : at >= 32 ? -8.87f - (at - 32) * (15.93f / 31)
                                     : -8.333f - (at - 31) * 0.537f;
    const float even = mount.fov_up + (mount.fov_down - mount.fov_up) * at / 63;
    elevations[static_cast<std::size_t>(i)] =
        (mount.fov_up == as_usual.fov_up && mount.fov_down == as_usual.fov_down ? degrees : even) *
        kDegree;
  }
  return elevations;
}

Returns cast_turn(const Bvh& scene, const std::array<Vec3, 3>& axes,
                  const std::vector<float>& elevations, int columns, std::uint64_t seed,
                  std::uint64_t stream) {
  const auto beams = static_cast<std::int64_t>(elevations.size());
  std::vector<std::vector<Return>> kept(elevations.size());
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed),
                                         static_cast<std::uint32_t>(seed >> 32)};
  parallel_for(beams, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t beam = begin; beam < end; ++beam) {
      std::vector<Return>& row = kept[static_cast<std::size_t>(beam)];
      row.reserve(static_cast<std::size_t>(columns));
      const float up = std::sin(elevations[static_cast<std::size_t>(beam)]);
      const float flat = std::cos(elevations[static_cast<std::size_t>(beam)]);
      for (int column = 0; column < columns; ++column) {
        const ShotNoise noise{philox4x32(
            {static_cast<std::uint32_t>(beam), static_cast<std::uint32_t>(column),
             static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
            key)};
        // A shot strays by up to a third of the step around, so that no grid shows.
        const float stray = 0.33f * (noise.uniform(3) - 0.5f);
        const float azimuth =
            kTurn * (static_cast<float>(column) + 0.5f + stray) / static_cast<float>(columns);
        const Vec3 direction{flat * std::cos(azimuth), flat * std::sin(azimuth), up};
        Ray ray;
        ray.direction = direction.x * axes[0] + direction.y * axes[1] + direction.z * axes[2];
        ray.id = noise.bits[3] ^ noise.bits[0];
        const Bvh::Hit hit = scene.nearest(ray, kMaxRange);
        if (hit.primitive < 0 || hit.t < kMinRange) continue;
        const Primitive& thing = scene.primitives()[static_cast<std::size_t>(hit.primitive)];
        Return found{};
        if (!receive(thing, ray, hit.t, noise, found)) continue;
        const float error = std::sqrt(kRangeNoise * kRangeNoise +
                                      thing.surface.roughness * thing.surface.roughness);
        const float range = hit.t + error * noise.normal(2);
        found.x = range * direction.x;
        found.y = range * direction.y;
        found.z = range * direction.z;
        row.push_back(found);
      }
    }
  });
  std::int64_t total = 0;
  for (const auto& row : kept) total += static_cast<std::int64_t>(row.size());
  Returns returns{Tensor::empty({total, 4}), Tensor::empty({total}, DType::i32)};
  float* point = returns.points.data<float>();
  std::int32_t* label = returns.labels.data<std::int32_t>();
  for (const auto& row : kept)
    for (const Return& r : row) {
      *point++ = r.x;
      *point++ = r.y;
      *point++ = r.z;
      *point++ = r.remission;
      *label++ = static_cast<std::int32_t>(r.label);
    }
  return returns;
}

}  // namespace lsk3d::simulator
