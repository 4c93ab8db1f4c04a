// SPDX-License-Identifier: MIT
// A look at what layers produce, for diagnosis: which layer's output first went bad, how large the
// activations are. Costs one comparison per layer while nobody looks.
#pragma once
#include <functional>
#include <string>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Called with the layer's full name (that of its weight, without ".weight") and its output.
using LayerObserver = std::function<void(const std::string& layer, const Tensor& output)>;

/// While alive, the layers run by this thread report to `observer`.
class ObserveLayers {
 public:
  explicit ObserveLayers(LayerObserver observer);
  ~ObserveLayers();
  ObserveLayers(const ObserveLayers&) = delete;
  ObserveLayers& operator=(const ObserveLayers&) = delete;

 private:
  LayerObserver observer_;
  const LayerObserver* before_;
};

/// Whether layers run by this thread have an observer.
bool layers_are_observed();

/// For layers: reports `output` of the layer whose weight is called `weight_name`.
void report_layer(const std::string& weight_name, const Tensor& output);

}  // namespace lsk3d
