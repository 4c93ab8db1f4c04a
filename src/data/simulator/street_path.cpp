// SPDX-License-Identifier: MIT
#include "simulator/street_path.h"

#include "lsk3d/core/rng.h"
#include "simulator/streams.h"

namespace lsk3d::simulator {

double StreetPath::Waves::value(double u) const {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) sum += amplitude[i] * std::sin(rate[i] * u + phase[i]);
  return sum;
}

double StreetPath::Waves::slope(double u) const {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i)
    sum += amplitude[i] * rate[i] * std::cos(rate[i] * u + phase[i]);
  return sum;
}

StreetPath::StreetPath(std::uint64_t seed, int sequence) {
  Rng rng(seed, stream_of(sequence, Purpose::path));
  constexpr double kTurn = 6.283185307179586;
  // `steepness` bounds the slope of each wave: bends stay wide and hills gentle at any wavelength.
  const auto draw = [&](std::array<double, 3> wavelengths, std::array<double, 3> steepness) {
    Waves waves;
    for (std::size_t i = 0; i < 3; ++i) {
      waves.rate[i] = kTurn / (wavelengths[i] * (0.85 + 0.3 * rng.uniform64()));
      waves.amplitude[i] = steepness[i] * (0.4 + 0.6 * rng.uniform64()) / waves.rate[i];
      waves.phase[i] = kTurn * rng.uniform64();
    }
    return waves;
  };
  bend_ = draw({210, 370, 810}, {0.09, 0.13, 0.16});
  rise_ = draw({150, 320, 700}, {0.008, 0.015, 0.025});
  width_ = draw({130, 230, 410}, {0.008, 0.005, 0.002});
  bank_left_ = draw({70, 160, 330}, {0.0018, 0.0012, 0.0006});
  bank_right_ = draw({70, 160, 330}, {0.0018, 0.0012, 0.0006});
  bump_ = draw({7, 13, 29}, {0.35, 0.17, 0.08});
}

WorldPoint StreetPath::at(double u, double v) const {
  const double theta = heading(u);
  return {u - v * std::sin(theta), bend_.value(u) + v * std::cos(theta), rise_.value(u)};
}

double StreetPath::heading(double u) const { return std::atan(bend_.slope(u)); }

double StreetPath::grade(double u) const { return rise_.slope(u) * std::cos(heading(u)); }

float StreetPath::half_width(double u) const { return static_cast<float>(4.1 + width_.value(u)); }

float StreetPath::bank(double u, int side) const {
  return static_cast<float>((side > 0 ? bank_left_ : bank_right_).value(u));
}

float StreetPath::bumps(double u, double v) const {
  // Two crossing wave fields, so that no ridge runs straight across the land.
  return static_cast<float>(bump_.value(u + 0.6 * v) + bump_.value(1.3 * v - 0.4 * u + 17.0));
}

}  // namespace lsk3d::simulator
