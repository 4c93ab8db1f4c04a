// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/cws.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "channel_importance.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"

namespace lsk3d {
namespace {

constexpr double kFades = -1;  // below any importance, so that a channel which fades is never kept

}  // namespace

Cws::Cws(std::vector<ChannelGroup> groups, const CwsSettings& settings)
    : groups_(std::move(groups)), settings_(settings), importance_(groups_.size()) {
  const std::vector<std::string> known{"magnitude", "bn_scale", "taylor"};
  LSK3D_CHECK(std::find(known.begin(), known.end(), settings.importance) != known.end(), UsageError,
              "cws.importance: expected magnitude, bn_scale or taylor, found '",
              settings.importance, "'", did_you_mean(settings.importance, known));
  LSK3D_CHECK(settings.smoothing >= 0 && settings.smoothing < 1, UsageError,
              "cws.smoothing: expected a number in [0, 1), found ", settings.smoothing);
}

void Cws::observe() {
  const auto now = channel_importance(groups_, settings_.importance);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (importance_[g].empty()) importance_[g] = now[g];
    for (std::size_t c = 0; c < now[g].size(); ++c)
      if (importance_[g][c] >= 0)
        importance_[g][c] =
            settings_.smoothing * importance_[g][c] + (1 - settings_.smoothing) * now[g][c];
  }
}

KeptChannels Cws::select(const std::vector<std::int64_t>& widths) const {
  LSK3D_ASSERT(widths.size() == groups_.size(), widths.size(), " widths for ", groups_.size(),
               " groups");
  KeptChannels kept;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    LSK3D_ASSERT(widths[g] >= 1 && widths[g] <= groups_[g].width, "group ", g, " of width ",
                 groups_[g].width, " cannot become ", widths[g], " wide");
    std::vector<std::int64_t> order(static_cast<std::size_t>(groups_[g].width));
    std::iota(order.begin(), order.end(), 0);
    const std::vector<double>& scores = importance_[g];
    if (!scores.empty())
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
      });
    order.resize(static_cast<std::size_t>(widths[g]));
    std::sort(order.begin(), order.end());
    kept.push_back(std::move(order));
  }
  return kept;
}

void Cws::fade(const std::vector<std::int64_t>& widths, double factor) {
  const KeptChannels kept = select(widths);
  fade_channels(groups_, kept, factor);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t c = 0; c < importance_[g].size(); ++c)
      if (!std::binary_search(kept[g].begin(), kept[g].end(), static_cast<std::int64_t>(c)))
        importance_[g][c] = kFades;
}

void Cws::cut(const KeptChannels& kept, Optimizer& optimizer, Sds* sds, std::int64_t step) {
  cut_channels(groups_, kept, &optimizer, sds, step);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (importance_[g].empty()) continue;
    std::vector<double> left;
    for (std::int64_t c : kept[g]) left.push_back(importance_[g][static_cast<std::size_t>(c)]);
    importance_[g] = std::move(left);
  }
}

std::vector<std::pair<std::string, Tensor>> Cws::state() const {
  std::vector<std::pair<std::string, Tensor>> all;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (importance_[g].empty()) continue;
    const ChannelSlice& first = groups_[g].slices.front();
    all.emplace_back(str_cat(first.name(), "/", first.axis, "/", first.offset),
                     Tensor::from(importance_[g], {groups_[g].width}));
  }
  return all;
}

void Cws::load_state(const std::vector<std::pair<std::string, Tensor>>& state) {
  std::vector<std::vector<double>> loaded(groups_.size());
  LSK3D_CHECK(state.empty() || state.size() == groups_.size(), DataError,
              "channel importance: expected ", groups_.size(), " entries, found ", state.size(),
              "; it was saved by another model");
  for (std::size_t g = 0; g < groups_.size() && !state.empty(); ++g) {
    const ChannelSlice& first = groups_[g].slices.front();
    const std::string name = str_cat(first.name(), "/", first.axis, "/", first.offset);
    const auto it = std::find_if(state.begin(), state.end(),
                                 [&](const auto& entry) { return entry.first == name; });
    LSK3D_CHECK(it != state.end(), DataError, "channel importance: no entry '", name,
                "'; it was saved by another model");
    LSK3D_CHECK(it->second.shape() == Shape{groups_[g].width} && it->second.dtype() == DType::f64,
                DataError, "channel importance '", name, "': expected f64 [", groups_[g].width,
                "], found ", to_string(it->second.dtype()), " ", to_string(it->second.shape()));
    const auto values = it->second.span<double>();
    LSK3D_CHECK(
        std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }),
        DataError, "channel importance '", name, "': holds a number that is not finite");
    loaded[g].assign(values.begin(), values.end());
  }
  importance_ = std::move(loaded);
}

}  // namespace lsk3d
