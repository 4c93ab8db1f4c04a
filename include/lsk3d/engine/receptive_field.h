// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

struct ReceptiveFieldSettings {
  int centres = 16;        // points whose logits are traced back, 1 to 64
  int class_index = 0;     // only points predicted as this training class; 0: of any
  std::uint64_t seed = 0;  // chooses the centres
};

/// How much the points around a point matter for its class: the effective receptive field (Luo et
/// al., "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks", 2016).
/// The influence of a point on a centre is the norm of the gradient of the centre's best logit with
/// respect to the numbers that describe the point, each in units of its standard deviation over the
/// scan. Those of one centre are scaled to the sum 1 / centres.
struct ReceptiveField {
  Tensor displacements;  // f32 [M, 3], metres: point minus centre, of all points that matter at all
  Tensor influence;      // f32 [M], sum 1
  std::vector<std::int32_t> centres;  // rows of the scan's file

  /// Radius of the ball around the centre, metres, that holds this share (0 … 1) of the influence.
  double radius(double share) const;
};

/// Puts the model into evaluation mode. `progress` hears how many centres are done. Throws
/// UsageError on settings out of range, DataError where the scan has no point inside the volume,
/// none of the class, or where the gradients are zero or not finite.
ReceptiveField measure_receptive_field(Lsk3dNet& model, const LabelledScan& scan,
                                       const ReceptiveFieldSettings& settings,
                                       const std::function<void(std::int64_t)>& progress = {});

}  // namespace lsk3d
