// SPDX-License-Identifier: MIT
#include "lsk3d/models/model_state.h"

#include "state_match.h"

namespace lsk3d {

void save_state(Module& model, TensorFile& file, const std::string& prefix) {
  for (auto& [name, tensor] : state_of(model)) file.add(prefix + name, tensor.to(Device::cpu()));
}

void load_state(Module& model, const TensorFile& file, const std::string& prefix) {
  match_state(
      model, file, prefix, [](const Tensor& found, const Tensor&) { return found; },
      [](const std::string&) { return false; });
}

}  // namespace lsk3d
