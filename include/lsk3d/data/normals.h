// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/core/tensor.h"
#include "lsk3d/models/sensor_settings.h"

namespace lsk3d {

/// How the normal of each point comes about (MODEL §6).
enum class NormalsMode {
  none,         // zeros
  range_image,  // surface normals from the depth-completed range image
  reference,    // as the published weights were trained: coordinates read in the wrong stride
};

/// "none", "range_image" or "reference"; UsageError with the nearest name on another.
NormalsMode parse_normals_mode(const std::string& name);

/// Unit normals f32 [N, 3] of points f32 [N, 4] around a sensor at the origin, one per pixel of its
/// range image; (0, 0, 0) for a point whose pixel has none. In mode range_image they face
/// the sensor.
Tensor compute_normals(const Tensor& points, NormalsMode mode, const SensorSettings& sensor = {});

}  // namespace lsk3d
