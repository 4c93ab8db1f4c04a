// SPDX-License-Identifier: MIT
// Training-time augmentation (MODEL §10), one function per kind. All randomness comes from `rng`.
#pragma once
#include <cstdint>

#include "lsk3d/core/rng.h"
#include "lsk3d/data/augmentation.h"
#include "working_scan.h"

namespace lsk3d {

/// Throws UsageError naming the key of a probability outside [0, 1] or a range upside down.
void check(const AugmentationSettings& settings);

/// Turns all points about z by one angle, uniform in 0 … 360°.
void rotate(WorkingScan& scan, Rng& rng);
/// Mirrors x, y, both or neither, a quarter of the time each.
void flip(WorkingScan& scan, Rng& rng);
/// Stretches x and y by one factor, uniform in [low, high).
void scale(WorkingScan& scan, double low, double high, Rng& rng);
/// Shifts all points by N(0, std) metres per axis.
void translate(WorkingScan& scan, double std, Rng& rng);
/// Turns all points about x by N(0, std) degrees, then about y by as much again.
void tilt(WorkingScan& scan, double std, Rng& rng);
/// Moves every point by N(0, std) metres per axis.
void jitter(WorkingScan& scan, double std, Rng& rng);
/// Adds N(0, std) to every remission and clamps it to [0, 1].
void jitter_remission(WorkingScan& scan, double std, Rng& rng);

/// Replaces a share of the points, uniform in [0, max_share), by copies of the first.
void drop_points(WorkingScan& scan, double max_share, Rng& rng);
/// Keeps the `max_points` points nearest to one of them, in order.
void crop_to_sphere(WorkingScan& scan, std::int64_t max_points, Rng& rng);
void shuffle_points(WorkingScan& scan, Rng& rng);

/// Adds a few of the other scan's instances, of all classes alike, each turned about z by an angle of
/// its own and put as high above the ground there as it was above its own.
void paste_instances(WorkingScan& scan, const WorkingScan& other, Rng& rng);
/// PolarMix (Xiao et al., NeurIPS 2022): half of the time swaps a half-turn of the scene for the
/// other scan's; then adds the other scan's instances twice, turned about z.
void polar_mix(WorkingScan& scan, const WorkingScan& other, Rng& rng);

/// Which other scan a sample is mixed with, drawn apart from the rest so that the scan can be read
/// before the work begins.
struct MixChoice {
  bool paste = false, polar = false;
  std::uint64_t partner = 0;  // modulo the number of other scans
  bool any() const { return paste || polar; }
};
MixChoice choose_mix(const AugmentationSettings& settings, std::uint64_t seed,
                     std::uint64_t stream);

/// Everything that `settings` asks for, in order: mixing, geometry, noise, drop, sphere crop, shuffle.
/// `partner` may be null: no mixing then.
void augment(WorkingScan& scan, const AugmentationSettings& settings, const MixChoice& mix,
             const WorkingScan* partner, Rng& rng);

}  // namespace lsk3d
