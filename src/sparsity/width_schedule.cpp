// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "lsk3d/core/check.h"
#include "lsk3d/sparsity/cws.h"

namespace lsk3d {
namespace {

constexpr int kWidest = 4096;

void check_settings(const CwsSettings& s) {
  LSK3D_CHECK(s.width_factor >= 1 && s.width_factor <= 8, UsageError,
              "cws.width_factor: expected a number from 1 to 8, found ", s.width_factor);
  LSK3D_CHECK(s.start >= 0 && s.start <= s.stop && s.stop <= 1, UsageError,
              "cws.start, cws.stop: expected 0 <= start <= stop <= 1, found ", s.start, " and ",
              s.stop);
  LSK3D_CHECK(s.steps >= 1, UsageError, "cws.steps: expected at least 1 cut, found ", s.steps);
}

/// The step after which cut `i` comes.
std::int64_t cut_step(const CwsSettings& s, int i, std::int64_t total_steps) {
  const double share = s.steps == 1 ? 1.0 : static_cast<double>(i) / (s.steps - 1);
  const double when = (s.start + (s.stop - s.start) * share) * static_cast<double>(total_steps);
  return std::max<std::int64_t>(1, std::llround(when));
}

}  // namespace

NextCut next_cut(const CwsSettings& settings, std::int64_t step, std::int64_t total_steps) {
  std::int64_t before = 0;
  for (int i = 0; i < settings.steps; ++i) {
    const std::int64_t cut = cut_step(settings, i, total_steps);
    if (step <= cut) {
      const std::int64_t begin = before + (cut - before) / 2;
      if (step <= begin) return {cut, 1};
      // These factors multiply to a straight line from 1 to 0.
      const auto left = static_cast<double>(cut - step);
      return {cut, left / (left + 1)};
    }
    before = cut;
  }
  return {};
}

WidthSchedule::WidthSchedule(int width, const CwsSettings& settings, bool quads,
                             std::int64_t total_steps)
    : narrow_(width), settings_(settings), total_steps_(total_steps) {
  check_settings(settings);
  const int least = quads ? 4 : 2;
  LSK3D_CHECK(width >= least && width % least == 0, UsageError,
              "cws: expected a width in multiples of ", least,
              quads ? " (sds.granularity 2:4)" : "", ", found ", width,
              "; change model.channels or model.inner_channels");
  // The epsilon keeps a product such as 1.1 · 20 = 22.000000000000004 from being rounded up.
  const double wide = std::ceil(settings.width_factor * width - 1e-9);
  LSK3D_CHECK(wide <= kWidest - least, UsageError, "cws.width_factor: ", settings.width_factor,
              " x ", width, " channels exceed ", kWidest, "; choose a smaller factor");
  wide_ = (static_cast<int>(wide) + least - 1) / least * least;
  unit_ = least;
  for (int unit : {8, 4})
    if (unit > unit_ && narrow_ % unit == 0 && wide_ % unit == 0 &&
        (wide_ - narrow_) / unit >= settings.steps)
      unit_ = unit;
}

int WidthSchedule::at(std::int64_t step) const {
  int cuts = 0;
  for (int i = 0; i < settings_.steps; ++i) cuts += step >= cut_step(settings_, i, total_steps_);
  const int units = (wide_ - narrow_) / unit_;
  return wide_ - unit_ * static_cast<int>(std::int64_t{units} * cuts / settings_.steps);
}

}  // namespace lsk3d
