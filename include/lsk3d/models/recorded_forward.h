// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

/// Inference for topology that comes again, as where one set of points is evaluated with ever new
/// features: on a GPU the second forward pass over it is recorded, and from the third on one call
/// starts all of it. Over fresh topology, and on the CPU, an ordinary forward pass. Changed weights
/// are seen; a model that was cut, masked anew or moved is recorded again.
class RecordedForward {
 public:
  /// The model outlives this.
  explicit RecordedForward(Lsk3dNet& model);
  ~RecordedForward();

  /// Logits as the model's forward pass gives them without gradients; their memory is overwritten
  /// by the next call. Topology comes again where `pyramid` is the same or a copy. UsageError where
  /// the model is in training mode or the pyramid has no levels.
  Tensor operator()(const PointBatch& batch, const ScalePyramid& pyramid);

  /// How often it recorded and how often one call started what was recorded.
  int recordings() const;
  int replays() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lsk3d
