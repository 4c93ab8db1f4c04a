// SPDX-License-Identifier: MIT
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

thread_local const LayerObserver* current = nullptr;

}  // namespace

ObserveLayers::ObserveLayers(LayerObserver observer)
    : observer_(std::move(observer)), before_(current) {
  current = &observer_;
}

ObserveLayers::~ObserveLayers() { current = before_; }

bool layers_are_observed() { return current != nullptr; }

void report_layer(const std::string& weight_name, const Tensor& output) {
  if (!current) return;
  const auto dot = weight_name.rfind('.');
  (*current)(weight_name.substr(0, dot), output);
}

}  // namespace lsk3d
