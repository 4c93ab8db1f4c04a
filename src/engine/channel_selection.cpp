// SPDX-License-Identifier: MIT
#include "channel_selection.h"

#include "lsk3d/core/check.h"
#include "lsk3d/models/channel_trace.h"

namespace lsk3d {

ModelSettings model_at(const Config& config, std::int64_t step, std::int64_t total_steps) {
  ModelSettings model = config.model;
  if (!config.cws.enabled) return model;
  const bool quads = config.sds.enabled && config.sds.granularity == "2:4";
  const auto width = [&](int deployed) {
    return WidthSchedule(deployed, config.cws, quads, total_steps).at(step);
  };
  if (config.cws.scope == "stream") {
    model.channels = width(model.channels);
    if (model.inner_channels > 0) model.inner_channels = width(model.inner_channels);
  } else {
    LSK3D_CHECK(config.cws.scope == "inner", UsageError,
                "cws.scope: expected stream or inner, found '", config.cws.scope, "'");
    const int inner = width(model.inner_width());
    if (model.inner_channels > 0 || inner != model.channels) model.inner_channels = inner;
  }
  return model;
}

ChannelSelection::ChannelSelection(Lsk3dNet& model, const Config& config, std::int64_t total_steps)
    : model_(model),
      config_(config),
      total_steps_(total_steps),
      cws_(channel_groups(model), config.cws) {}

bool ChannelSelection::after_step(std::int64_t step, Optimizer& optimizer, Sds* sds) {
  const auto widths = [](const ModelSettings& m) { return std::pair(m.channels, m.inner_width()); };
  const ModelSettings& now = model_.settings();
  if (widths(now) == widths(config_.model)) return false;  // done
  cws_.observe();
  const NextCut next = next_cut(config_.cws, step, total_steps_);
  if (next.fade == 1) return false;
  const ModelSettings wanted = model_at(config_, next.step, total_steps_);
  if (widths(wanted) == widths(now)) return false;  // fewer units of width than cuts
  if (planned_cut_ != next.step) {
    planned_widths_ = group_widths(cws_.groups(), wanted, model_.voxels());
    planned_cut_ = next.step;
  }
  cws_.fade(planned_widths_, next.fade);
  if (step < next.step) return false;
  cws_.cut(cws_.select(planned_widths_), optimizer, sds, step);
  model_.set_width(wanted.channels, wanted.inner_channels);
  return true;
}

}  // namespace lsk3d
