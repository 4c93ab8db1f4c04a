// SPDX-License-Identifier: MIT
#include "augment.h"

#include <cmath>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::uint64_t kMixPurpose = 0x6D6978;  // names the stream of choose_mix

void check_share(double value, const char* key) {
  LSK3D_CHECK(value >= 0 && value <= 1, UsageError, "augmentation.", key,
              ": expected a number in 0 … 1, found ", value);
}

}  // namespace

void check(const AugmentationSettings& s) {
  check_share(s.drop_max, "drop_max");
  check_share(s.drop_probability, "drop_probability");
  check_share(s.instance_paste, "instance_paste");
  check_share(s.polar_mix, "polar_mix");
  LSK3D_CHECK(s.scale_min > 0 && s.scale_min <= s.scale_max && std::isfinite(s.scale_max),
              UsageError, "augmentation.scale_min, scale_max: expected 0 < min <= max, found ",
              s.scale_min, " and ", s.scale_max);
  LSK3D_CHECK(s.translate_std >= 0 && std::isfinite(s.translate_std), UsageError,
              "augmentation.translate_std: expected metres >= 0, found ", s.translate_std);
  LSK3D_CHECK(s.tilt_std >= 0 && s.tilt_std <= 45, UsageError,
              "augmentation.tilt_std: expected 0 to 45 degrees, found ", s.tilt_std);
  LSK3D_CHECK(s.jitter_std >= 0 && std::isfinite(s.jitter_std), UsageError,
              "augmentation.jitter_std: expected metres >= 0, found ", s.jitter_std);
  LSK3D_CHECK(s.remission_std >= 0 && std::isfinite(s.remission_std), UsageError,
              "augmentation.remission_std: expected a number >= 0, found ", s.remission_std);
  LSK3D_CHECK(s.max_points >= 0, UsageError,
              "augmentation.max_points: expected 0 (no crop) or more, found ", s.max_points);
}

MixChoice choose_mix(const AugmentationSettings& settings, std::uint64_t seed,
                     std::uint64_t stream) {
  Rng rng(seed, mix_stream(stream, kMixPurpose));
  MixChoice choice;
  choice.paste = rng.uniform64() < settings.instance_paste;
  choice.polar = rng.uniform64() < settings.polar_mix;
  choice.partner = rng.next_u64();
  return choice;
}

void augment(WorkingScan& scan, const AugmentationSettings& settings, const MixChoice& mix,
             const WorkingScan* partner, Rng& rng) {
  if (scan.size() == 0) return;
  if (partner && mix.polar) polar_mix(scan, *partner, rng);
  if (partner && mix.paste) paste_instances(scan, *partner, rng);
  if (settings.rotate) rotate(scan, rng);
  if (settings.flip) flip(scan, rng);
  if (settings.scale_min != 1 || settings.scale_max != 1)
    scale(scan, settings.scale_min, settings.scale_max, rng);
  if (settings.translate_std > 0) translate(scan, settings.translate_std, rng);
  if (settings.tilt_std > 0) tilt(scan, settings.tilt_std, rng);
  if (settings.jitter_std > 0) jitter(scan, settings.jitter_std, rng);
  if (settings.remission_std > 0) jitter_remission(scan, settings.remission_std, rng);
  if (settings.drop_max > 0 && rng.uniform64() < settings.drop_probability)
    drop_points(scan, settings.drop_max, rng);
  if (settings.max_points > 0) crop_to_sphere(scan, settings.max_points, rng);
  if (settings.shuffle) shuffle_points(scan, rng);
}

}  // namespace lsk3d
