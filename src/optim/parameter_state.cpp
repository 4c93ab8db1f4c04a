// SPDX-License-Identifier: MIT
#include "parameter_state.h"

#include "lsk3d/core/check.h"

namespace lsk3d {

ParameterState::ParameterState(std::vector<Parameter*> parameters, std::vector<std::string> moments)
    : parameters_(std::move(parameters)), names_(std::move(moments)) {
  for (const Parameter* p : parameters_) {
    const Tensor& value = p->value();
    LSK3D_ASSERT(value.dtype() == DType::f32, p->name, " is ", to_string(value.dtype()),
                 "; optimizers update f32 parameters");
    LSK3D_ASSERT(index_.emplace(p, index_.size()).second, p->name, " is given twice");
    auto& own = moments_.emplace_back();
    for (std::size_t kind = 0; kind < names_.size(); ++kind)
      own.push_back(Tensor::zeros(value.shape(), DType::f32, value.device()));
    steps_.push_back(Tensor::zeros({1}, DType::i64));
  }
}

const std::vector<Tensor>& ParameterState::moments_of(const Parameter& parameter) const {
  const auto it = index_.find(&parameter);
  LSK3D_ASSERT(it != index_.end(), parameter.name, " is not a parameter of this optimizer");
  return moments_[it->second];
}

void ParameterState::replace(const Parameter& parameter,
                             const std::function<Tensor(const Tensor&)>& change) {
  const auto it = index_.find(&parameter);
  LSK3D_ASSERT(it != index_.end(), parameter.name, " is not a parameter of this optimizer");
  for (Tensor& moment : moments_[it->second]) {
    moment = change(moment);
    LSK3D_ASSERT(moment.shape() == parameter.value().shape(), parameter.name, ": state ",
                 to_string(moment.shape()), " of a value ", to_string(parameter.value().shape()));
  }
}

NamedTensors ParameterState::named() const {
  NamedTensors all;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    for (std::size_t kind = 0; kind < names_.size(); ++kind)
      all.emplace_back(parameters_[i]->name + "/" + names_[kind], moments_[i][kind]);
    all.emplace_back(parameters_[i]->name + "/step", steps_[i]);
  }
  return all;
}

void ParameterState::load(const NamedTensors& saved) {
  std::unordered_map<std::string, const Tensor*> by_name;
  for (const auto& [name, tensor] : saved) by_name[name] = &tensor;
  const NamedTensors own = named();
  // Everything is checked before anything is written: a refused file changes nothing.
  for (const auto& [name, tensor] : own) {
    const auto it = by_name.find(name);
    LSK3D_CHECK(it != by_name.end(), DataError, "optimizer state: no entry '", name,
                "'; it was saved by another optimizer or model");
    LSK3D_CHECK(it->second->shape() == tensor.shape() && it->second->dtype() == tensor.dtype(),
                DataError, "optimizer state '", name, "': expected ", to_string(tensor.dtype()),
                " ", to_string(tensor.shape()), ", found ", to_string(it->second->dtype()), " ",
                to_string(it->second->shape()));
    LSK3D_CHECK(tensor.dtype() != DType::i64 || *it->second->data<std::int64_t>() >= 0, DataError,
                "optimizer state '", name, "': expected a step count >= 0, found ",
                *it->second->data<std::int64_t>());
  }
  LSK3D_CHECK(saved.size() == own.size(), DataError, "optimizer state: expected ", own.size(),
              " entries, found ", saved.size(), "; it was saved by another optimizer or model");
  for (auto [name, tensor] : own) tensor.copy_from(*by_name[name]);
}

}  // namespace lsk3d
