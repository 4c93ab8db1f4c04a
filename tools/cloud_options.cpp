// SPDX-License-Identifier: MIT
#include "cloud_options.h"

#include "lsk3d/core/check.h"

namespace lsk3d::cli {

CloudFormat CloudOptions::format(CloudFormat base, const SensorSettings& sensor) const {
  if (!columns.empty()) base.columns = columns;
  if (!remission_field.empty()) base.remission_field = remission_field;
  if (!remission_scale.empty()) base.remission_scale = remission_scale;
  parse_columns(base.columns, "--columns");
  parse_remission_scale(base.remission_scale, "--remission-scale");
  if (sensor_height == kAsTrained) return base;
  LSK3D_CHECK(sensor_height >= -100 && sensor_height <= 1000, UsageError,
              "--sensor-height: expected metres from the ground to the origin of the cloud, -100 to "
              "1000, found ",
              sensor_height);
  base.raise = sensor_height - static_cast<double>(sensor.height);
  return base;
}

std::shared_ptr<CloudOptions> add_cloud_options(CLI::App& verb) {
  auto options = std::make_shared<CloudOptions>();
  const std::string group = "How clouds are read";
  verb.add_option("--columns", options->columns,
                  "columns of .bin and .npy files: names, as in x,y,z,intensity,ring:u16, or a number "
                  "of float32 columns, or as in 4:f64")
      ->group(group);
  verb.add_option("--remission-field", options->remission_field,
                  "the remission's name in .pcd, .ply and .npy files")
      ->group(group);
  verb.add_option("--remission-scale", options->remission_scale,
                  "what remission is divided by: a number, as 255, or auto")
      ->group(group);
  verb.add_option("--sensor-height", options->sensor_height,
                  "metres from the ground to the sensor, where it is not the model's sensor.height")
      ->group(group);
  return options;
}

}  // namespace lsk3d::cli
