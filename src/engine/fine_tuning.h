// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/config.h"

namespace lsk3d {

/// A model file that a training starts from.
class StartingModel {
 public:
  /// Throws as load_checkpoint does, and UsageError where the file is an exported one, whose batch
  /// norms are folded away.
  explicit StartingModel(const std::string& path);

  /// `config` with what shapes the model's input and its masks as the model has it; keys in `set_keys`
  /// stay as they are. What changes is said. Throws UsageError naming the key where a run of `config`
  /// could not go on from the model: another shape, pruned weights that would fill up, a sparsity or
  /// granularity that are not the model's.
  Config adapt(const Config& config, const std::vector<std::string>& set_keys) const;
  /// Whether its large kernels have pruned weights: zeros.
  /// Warns where as many classes mean others.
  void warn_of_classes(const Config& config) const;
  bool is_sparse() const { return zeros_ > kFewZeros; }
  /// Copies the weights into `model`, all but the last layer's where the classes differ.
  void copy_to(Lsk3dNet& model) const;

 private:
  static constexpr double kFewZeros = 0.001;  // share of weights; of trained ones none is exactly 0

  void check_shape(const Config& config) const;
  void check_sparsity(const Config& config, const std::vector<std::string>& set_keys) const;

  std::string path_;
  LoadedModel model_;
  double zeros_ = 0;  // share of the large kernels' weights
};

}  // namespace lsk3d
