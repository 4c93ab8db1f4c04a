// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "lsk3d/data/cloud_format.h"
#include "lsk3d/models/sensor_settings.h"

namespace lsk3d::cli {

/// Options of every verb that reads clouds: what a file does not say of itself.
struct CloudOptions {
  std::string columns, remission_field, remission_scale;  // empty: as the model or configuration says
  double sensor_height = kAsTrained;                      // metres above the ground

  /// `base`, a model's or the default, with what was given on the command line. With a height, clouds
  /// are raised to where a sensor of `sensor.height` would see them. Throws UsageError naming the
  /// option.
  CloudFormat format(CloudFormat base, const SensorSettings& sensor = {}) const;

  static constexpr double kAsTrained = -1e9;
};

/// Adds them to a verb.
std::shared_ptr<CloudOptions> add_cloud_options(CLI::App& verb);

}  // namespace lsk3d::cli
