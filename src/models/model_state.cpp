// SPDX-License-Identifier: MIT
#include "lsk3d/models/model_state.h"

#include <map>

#include "state_match.h"

namespace lsk3d {

void save_state(Module& model, TensorFile& file, const std::string& prefix) {
  for (auto& [name, tensor] : state_of(model)) file.add(prefix + name, tensor.to(Device::cpu()));
}

namespace {

std::vector<Tensor> unchanged_state(Module& model, const TensorFile& file,
                                    const std::string& prefix) {
  return matching_state(
      model, file, prefix, [](const Tensor& found, const Tensor&) { return found; },
      [](const std::string&) { return false; });
}

}  // namespace

void load_state(Module& model, const TensorFile& file, const std::string& prefix) {
  copy_state(model, unchanged_state(model, file, prefix));
}

void take_state(Module& model, TensorFile file) {
  const std::vector<Tensor> values = unchanged_state(model, file, "");
  const std::vector<Parameter*> parameters = model.parameters();
  const std::vector<Buffer*> buffers = model.buffers();
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i]->value() = values[i];
  for (std::size_t i = 0; i < buffers.size(); ++i)
    buffers[i]->value.copy_from(values[parameters.size() + i]);
}

std::vector<std::string> copy_fitting_state(Module& from, Module& to) {
  std::map<std::string, Tensor> given;
  for (auto& [name, tensor] : state_of(from)) given.emplace(name, tensor);
  std::vector<std::string> without;
  for (auto& [name, tensor] : state_of(to)) {
    const auto it = given.find(name);
    if (it != given.end() && it->second.shape() == tensor.shape()) tensor.copy_from(it->second);
    else without.push_back(name);
  }
  return without;
}

}  // namespace lsk3d
