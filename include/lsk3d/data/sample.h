// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/sparse/point_batch.h"
#include "lsk3d/sparse/scale_pyramid.h"

namespace lsk3d {

/// One scan ready for the model: points strictly inside the volume, augmented, with normals.
struct Sample {
  Tensor points;   // f32 [N, 4]
  Tensor normals;  // f32 [N, 3]
  Tensor classes;  // i32 [N]; undefined without labels
  Tensor source;   // i32 [N], row in the file of each point (copies of one row after point drop);
                   // −1 for a point mixed in from another scan
  std::int64_t file_points = 0;
  std::string path;
};

/// A batch with everything the model and the loss need; topology included unless
/// LoaderSettings::topology says no, so that the training thread only computes.
struct Batch {
  PointBatch points;
  Tensor classes;  // i32 [N]; undefined without labels
  ScalePyramid pyramid;
  std::vector<Sample> samples;  // in order; their points are the batch's rows
  std::vector<std::int64_t> sample_start;  // [samples + 1] rows
};

}  // namespace lsk3d
