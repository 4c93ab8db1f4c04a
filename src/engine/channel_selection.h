// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/engine/config.h"
#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/sparsity/cws.h"

namespace lsk3d {

/// The network of a run after `step` of `total_steps` optimizer steps: config.model, which is the
/// one that will be deployed, or a wider one where CWS is on. Throws UsageError naming the key of a
/// setting out of range.
ModelSettings model_at(const Config& config, std::int64_t step, std::int64_t total_steps);

/// CWS of one run: cuts the model to the width that its schedule wants.
class ChannelSelection {
 public:
  /// `model` at its present width; it must outlive this.
  ChannelSelection(Lsk3dNet& model, const Config& config, std::int64_t total_steps);

  /// Hook after Sds::after_step(), gradients still there. True where channels were cut.
  bool after_step(std::int64_t step, Optimizer& optimizer, Sds* sds);

  /// See Cws.
  std::vector<std::pair<std::string, Tensor>> state() const { return cws_.state(); }
  void load_state(const std::vector<std::pair<std::string, Tensor>>& state) {
    cws_.load_state(state);
  }

 private:
  Lsk3dNet& model_;
  const Config& config_;
  std::int64_t total_steps_;
  Cws cws_;
  std::int64_t planned_cut_ = -1;
  std::vector<std::int64_t> planned_widths_;  // of the groups after it
};

}  // namespace lsk3d
