// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lsk3d/nn/parameter.h"

namespace lsk3d {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// What an optimizer remembers: for every parameter some moments shaped like it, all zero at first,
/// and how many steps that parameter took.
class ParameterState {
 public:
  /// `moments`: their names, as in PyTorch ("exp_avg", …).
  ParameterState(std::vector<Parameter*> parameters, std::vector<std::string> moments);

  std::size_t size() const { return parameters_.size(); }
  Parameter& parameter(std::size_t i) { return *parameters_[i]; }
  Tensor& moment(std::size_t i, std::size_t kind) { return moments_[i][kind]; }
  const std::vector<Tensor>& moments_of(const Parameter& parameter) const;
  /// Puts `change(moment)` in the place of each moment of the parameter.
  void replace(const Parameter& parameter, const std::function<Tensor(const Tensor&)>& change);
  /// Counts one more step of parameter `i` and returns which one it is, from 1.
  std::int64_t next_step(std::size_t i) { return ++*steps_[i].data<std::int64_t>(); }

  /// "<parameter>/<moment>" (shared memory) and "<parameter>/step" (i64 [1]), in a fixed order.
  NamedTensors named() const;
  /// Copies what named() gave. Throws DataError that names an entry missing, misshapen or unknown.
  void load(const NamedTensors& saved);

 private:
  std::vector<Parameter*> parameters_;
  std::vector<std::string> names_;
  std::vector<std::vector<Tensor>> moments_;  // [parameter][moment]
  std::vector<Tensor> steps_;
  std::unordered_map<const Parameter*, std::size_t> index_;
};

}  // namespace lsk3d
