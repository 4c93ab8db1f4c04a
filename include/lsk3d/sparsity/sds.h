// SPDX-License-Identifier: MIT
// SDS: spatial-wise dynamic sparsity (LSK3DNet, CVPR 2024, section 3.2). Prunes and regrows weights
// inside spatial groups of the large kernels while training.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/nn/parameter.h"
#include "lsk3d/optim/optimizer.h"

namespace lsk3d {

class SparseLayer;

struct SdsSettings {
  bool enabled = false;
  double sparsity = 0.4;                   // share of zero weights over all sparse layers, [0, 1)
  std::vector<int> partition{0, 3, 6, 9};  // cuts of each kernel axis
  /// The unit that is pruned and regrown: element (one weight); offset (all channels of a kernel
  /// offset); block (16 × 16 channels of an offset); 2:4 (element, of every 4 consecutive input
  /// channels exactly 2 kept: the sparsity is 0.5 whatever `sparsity` says). What offset and block
  /// prune, the conv kernels skip.
  std::string granularity = "element";
  /// random; gradient, momentum: where the mean |gradient| or |first moment| is largest. At
  /// granularity offset and block these two make the step before an update run dense, since skipped
  /// weights have no gradient.
  std::string growth = "random";
  /// What is pruned: the units of smallest mean |w| / n^e, n being the pairs that the offset meets in
  /// the batch of the update and e this. 0: by magnitude, as in the paper; 1: by magnitude per executed
  /// pair, so that offsets which cost much and carry little go first. The centre and the offsets that
  /// touch it count as n = 1: they meet the most pairs and carry the most.
  double cost_exponent = 0;
  std::string distribution = "erk";  // erk, uniform
  double prune_rate = 0.3, final_prune_rate = 0.005;
  std::int64_t update_every = 4000;  // optimizer steps
  int stop_epoch = -1;               // no update from this epoch on; -1: never stops
};

/// Per sparse parameter, in their order, the pairs that each offset of its kernel meets in a batch.
using OffsetPairCounts = std::vector<std::vector<std::int64_t>>;

struct SdsUpdate {
  double prune_rate = 0;
  std::int64_t pruned = 0, grown = 0;  // weights changed by this update
  double sparsity = 0;                 // share of zeros after it
};

/// Where the first masks come from: drawn at random, or what is zero in the weights.
enum class FirstMasks { drawn, of_zeros };

/// Acts on parameters through hooks, never inside layers. Only the K³ convs of the residual blocks
/// are sparse: weights [kz,ky,kx,C_in,C_out] with kz·ky·kx > 1, or depth-wise [kz,ky,kx,C], which
/// take granularity element and offset alone (SLaK, ICLR 2023, is SDS of one spatial group on
/// those). Random numbers depend on the seed, the layer's name, its spatial group and the step
/// alone, so a resumed run needs only the masks.
class Sds {
 public:
  /// Draws the masks at ERK or uniform density and masks the weights: element by element as
  /// Bernoulli draws; offsets and blocks, being few, in exact number. The parameters must outlive
  /// this. Throws UsageError naming the key where a setting is out of range or the partition does
  /// not cover the kernel. FirstMasks::of_zeros keeps every unit with a weight that is not zero
  /// instead, whatever sparsity and distribution say. Settings that do nothing are warned about: a
  /// sparsity other than 0.5 at 2:4, groups of one unit each. UsageError names sds.granularity where most of
  /// the zeros lie in such units.
  Sds(std::vector<Parameter*> sparse_parameters, const SdsSettings& settings, std::uint64_t seed,
      std::int64_t total_steps, FirstMasks first = FirstMasks::drawn);
  ~Sds();

  /// Hook after optimizer.step(): masks weights and optimizer state as the release does, and every
  /// update_every steps prunes and regrows. `step` counts optimizer steps done, from 1.
  /// Per spatial group with zeros: of nnz kept units the ceil(rate · nnz) of smallest mean |w| (see
  /// cost_exponent) are dropped (ties: the first), and as many of all zeros regrown, from 0. Gradients
  /// of the step must still be there for growth by gradient. True where it was an update. `pairs` are
  /// those of the step's batch, wanted where needs_pairs().
  bool after_step(std::int64_t step, int epoch, Optimizer& optimizer, SdsUpdate* update = nullptr,
                  const OffsetPairCounts& pairs = {});
  /// True where this step is an update that depends on the pairs of its batch.
  bool needs_pairs(std::int64_t step, int epoch) const {
    return settings_.cost_exponent > 0 && is_update(step, epoch);
  }

  /// Prune rate at `step`: cosine from prune_rate to final_prune_rate over total_steps.
  double prune_rate(std::int64_t step) const;

  /// Copies of the u8 masks (1: kept) by parameter name, same shape as the weight.
  std::vector<std::pair<std::string, Tensor>> masks() const;
  /// Takes over saved masks and masks the weights; `steps_done`: optimizer steps before, when
  /// resuming. Throws DataError that names a mask missing, misshapen, or at odds with the
  /// granularity.
  void load_masks(const std::vector<std::pair<std::string, Tensor>>& masks,
                  std::int64_t steps_done = 0);
  /// After channels were cut out of the parameters: `cut` does to a mask what was done to its weight.
  /// Every spatial group keeps its density; surplus units go by smallest mean |w|, missing ones are drawn
  /// at random, and blocks and quads, which no longer line up, are formed anew from what was kept.
  void follow_cut(const std::function<Tensor(const Parameter&, const Tensor& mask)>& cut,
                  Optimizer& optimizer, std::int64_t steps_done);
  /// Share of non-zeros per spatial group of a layer, z-major.
  std::vector<double> group_densities(const std::string& parameter) const;
  double sparsity() const;

 private:
  bool is_update(std::int64_t step, int epoch) const {
    const bool frozen = settings_.stop_epoch >= 0 && epoch >= settings_.stop_epoch;
    return !frozen && step % settings_.update_every == 0;
  }
  void update_masks(std::int64_t step, Optimizer& optimizer, const OffsetPairCounts& pairs,
                    SdsUpdate& update);
  void set_patterns(std::int64_t steps_done);
  void keep_zeros();
  void warn_of_idle_settings() const;

  std::vector<std::unique_ptr<SparseLayer>> layers_;
  SdsSettings settings_;
  std::uint64_t seed_;
  std::int64_t total_steps_;
};

}  // namespace lsk3d
