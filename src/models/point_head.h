// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/nn/linear.h"
#include "lsk3d/sparse/scale_pyramid.h"

namespace lsk3d {

/// The head: Linear(C·blocks, 128) → ReLU → Linear(128, classes) on each point's concatenated block
/// outputs.
class PointHead : public Module {
 public:
  PointHead(int channels, int blocks, int classes);
  /// outputs[i] [V_i, C] of block i on the voxels of pyramid level i + 1 -> logits [N, classes].
  Variable operator()(const std::vector<Variable>& outputs, const ScalePyramid& pyramid);

 private:
  Linear hidden_;
  Linear logits_;
};

}  // namespace lsk3d
