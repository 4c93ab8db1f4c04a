// SPDX-License-Identifier: MIT
// SDS: spatial-wise dynamic sparsity (LSK3DNet, CVPR 2024, section 3.2). Prunes and regrows weights
// inside spatial groups of the large kernels while training.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/nn/parameter.h"
#include "lsk3d/optim/optimizer.h"

namespace lsk3d {

struct SdsSettings {
  bool enabled = false;
  double sparsity = 0.4;                    // share of zero weights over all sparse layers, [0, 1)
  std::vector<int> partition{0, 3, 6, 9};   // cuts of each kernel axis
  std::string granularity = "element";      // element (this class); others build on it
  std::string growth = "random";            // random, gradient, momentum
  std::string distribution = "erk";         // erk, uniform
  double prune_rate = 0.3, final_prune_rate = 0.005;
  std::int64_t update_every = 4000;         // optimizer steps
  int stop_epoch = -1;                      // no update from this epoch on; -1: never stops
};

struct SdsUpdate {
  double prune_rate = 0;
  std::int64_t pruned = 0, grown = 0;  // weights changed by this update
  double sparsity = 0;                 // share of zeros after it
};

/// Acts on parameters through hooks, never inside layers. Only the K³ convs of the residual blocks
/// (5-d weights [kz,ky,kx,C_in,C_out] with kz·ky·kx > 1) are sparse.
class Sds {
 public:
  /// Draws the masks (Bernoulli at ERK or uniform density, stream of `seed`) and masks the weights.
  /// Throws UsageError naming the key where a setting is out of range or the partition does not
  /// cover the kernel.
  Sds(std::vector<Parameter*> sparse_parameters, const SdsSettings& settings, std::uint64_t seed,
      std::int64_t total_steps);
  ~Sds();

  /// Hook after optimizer.step(): masks weights and optimizer state as the release does, and every
  /// update_every steps prunes and regrows. `step` counts optimizer steps done, from 1.
  /// Gradients of the step must still be there for growth by gradient.
  bool after_step(std::int64_t step, int epoch, Optimizer& optimizer, SdsUpdate* update = nullptr);

  /// Prune rate at `step`: cosine from prune_rate to final_prune_rate over total_steps.
  double prune_rate(std::int64_t step) const;

  /// u8 masks by parameter name, same shape as the weight.
  std::vector<std::pair<std::string, Tensor>> masks() const;
  void load_masks(const std::vector<std::pair<std::string, Tensor>>& masks);
  /// Share of non-zeros per spatial group of a layer, z-major.
  std::vector<double> group_densities(const std::string& parameter) const;
  double sparsity() const;

 private:
  struct Layer;
  std::vector<std::unique_ptr<Layer>> layers_;
  SdsSettings settings_;
  std::uint64_t seed_;
  std::int64_t total_steps_;
};

}  // namespace lsk3d
