// SPDX-License-Identifier: MIT
// CWS: channel-wise weight selection (LSK3DNet, CVPR 2024, section 3.3). A model is trained wider
// than it will be deployed; while training goes on its least important channels are cut, step by
// step.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/optim/optimizer.h"
#include "lsk3d/sparsity/channel_cut.h"
#include "lsk3d/sparsity/channel_groups.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d {

struct CwsSettings {
  bool enabled = false;
  double width_factor = 1.5;  // width in training over width after selection, >= 1
  /// stream: the whole width of the model; inner: the channels between the two large convs of a
  /// residual block alone.
  std::string scope = "stream";
  /// magnitude: norm of the channel's weights; bn_scale: |scale| of its batch norms (magnitude
  /// where it has none); taylor: |Σ weight · gradient|, the first-order change of the loss without
  /// the channel.
  std::string importance = "magnitude";
  double start = 0.1, stop = 0.5;  // first and last cut, as shares of the training steps
  int steps = 4;                   // cuts
  double smoothing = 0.9;          // importance keeps this share of its past at every step, [0, 1)
};

/// The next cut as seen from one step. In the second half of the time between two cuts the channels
/// that will go fade out, so that the others take over while there is time.
struct NextCut {
  std::int64_t step = -1;  // after which it comes; -1: there is none
  double fade =
      1;  // what the channels that will go are multiplied by after this step; 0 at the cut
};
NextCut next_cut(const CwsSettings& settings, std::int64_t step, std::int64_t total_steps);

/// How wide a model is at each step of its training. Widths are multiples of 2, of 4 where `quads`
/// (sparsity 2:4), and of 8 where that leaves enough of them for all cuts.
class WidthSchedule {
 public:
  /// `width`: after selection. Throws UsageError naming the key where a setting is out of range.
  WidthSchedule(int width, const CwsSettings& settings, bool quads, std::int64_t total_steps);

  int first() const { return wide_; }
  int last() const { return narrow_; }
  /// Width after `step` optimizer steps.
  int at(std::int64_t step) const;

 private:
  int narrow_, wide_, unit_;
  CwsSettings settings_;
  std::int64_t total_steps_;
};

/// Judges channels and cuts them. Acts on parameters through hooks, never inside layers. Knows no
/// random number; a resumed run needs the importances alone.
class Cws {
 public:
  /// `groups` of the model at its present width. Throws UsageError that names cws.importance or
  /// cws.smoothing where it is out of range.
  Cws(std::vector<ChannelGroup> groups, const CwsSettings& settings);

  /// Hook after optimizer.step() and masking, gradients still there: takes note of how important
  /// each channel is.
  void observe();
  /// The channels of each group that stay when it keeps `widths[group]`: the most important ones,
  /// of equal ones the first.
  KeptChannels select(const std::vector<std::int64_t>& widths) const;
  /// Multiplies what layers read from the channels that select(widths) does not keep by `factor`,
  /// and settles that it will be these that go.
  void fade(const std::vector<std::int64_t>& widths, double factor);
  /// Cuts all but `kept` from parameters, buffers, optimizer, masks and importances.
  void cut(const KeptChannels& kept, Optimizer& optimizer, Sds* sds, std::int64_t step);

  const std::vector<ChannelGroup>& groups() const { return groups_; }
  /// Smoothed importance of every channel (-1 where it fades), f64 [width] per group, named by the
  /// group's first slice.
  std::vector<std::pair<std::string, Tensor>> state() const;
  /// Restores what state() gave. Throws DataError naming a missing or misshapen entry.
  void load_state(const std::vector<std::pair<std::string, Tensor>>& state);

 private:
  std::vector<ChannelGroup> groups_;
  CwsSettings settings_;
  std::vector<std::vector<double>>
      importance_;  // [group][channel], empty until observed; -1: fades
};

}  // namespace lsk3d
