// SPDX-License-Identifier: MIT
#include "simulator/drive_log.h"

#include <array>
#include <cstddef>
#include <cstdio>

#include "lsk3d/core/check.h"
#include "simulator/traffic.h"

namespace lsk3d {
namespace {

using Rigid = std::array<double, 12>;  // row-major [3, 4]: rotation and shift

// The camera looks ahead from below and behind the sensor.
constexpr Rigid kSensorToCamera{0, -1, 0, 0, 0, 0, -1, -0.08, 1, 0, 0, -0.27};

/// a after b.
Rigid product(const Rigid& a, const Rigid& b) {
  Rigid c{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      double sum = j == 3 ? a[4 * i + 3] : 0;
      for (std::size_t k = 0; k < 3; ++k) sum += a[4 * i + k] * b[4 * k + j];
      c[4 * i + j] = sum;
    }
  return c;
}

Rigid inverse(const Rigid& a) {
  Rigid c{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      c[4 * i + j] = a[4 * j + i];
      c[4 * i + 3] -= a[4 * j + i] * a[4 * j + 3];
    }
  return c;
}

std::string row_text(const Rigid& a) {
  std::string text;
  char number[40];
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::snprintf(number, sizeof number, "%s%.12e", i ? " " : "", a[i] + 0.0);  // + 0.0: no "-0"
    text += number;
  }
  return text + "\n";
}

}  // namespace

std::string calibration_text() {
  std::string text;
  for (int camera = 0; camera < 4; ++camera)
    text += str_cat("P", camera, ": ", row_text({700, 0, 600, 0, 0, 700, 180, 0, 0, 0, 1, 0}));
  return text + "Tr: " + row_text(kSensorToCamera);
}

std::string poses_text(const StreetSimulator& street, int scans) {
  const Rigid to_first = product(kSensorToCamera, inverse(street.pose(0)));
  const Rigid to_sensor = inverse(kSensorToCamera);
  std::string text;
  for (int i = 0; i < scans; ++i)
    text += row_text(product(product(to_first, street.pose(i)), to_sensor));
  return text;
}

std::string times_text(int scans) {
  std::string text;
  char number[40];
  for (int i = 0; i < scans; ++i) {
    std::snprintf(number, sizeof number, "%.6e\n", simulator::kSecondsPerScan * i);
    text += number;
  }
  return text;
}

}  // namespace lsk3d
