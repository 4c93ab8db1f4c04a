// SPDX-License-Identifier: MIT
#include "channel_importance.h"

#include <cmath>
#include <numeric>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

/// Σ value · factor over each channel of a slice; `factor` may be `value` itself.
std::vector<double> channel_sums(const ChannelSlice& slice, std::int64_t width, const float* value,
                                 const float* factor) {
  const Shape& shape = slice.tensor().shape();
  std::int64_t outer = 1, inner = 1;
  for (int d = 0; d < static_cast<int>(shape.size()); ++d) {
    if (d < slice.axis) outer *= shape[static_cast<std::size_t>(d)];
    if (d > slice.axis) inner *= shape[static_cast<std::size_t>(d)];
  }
  const std::int64_t along = shape[static_cast<std::size_t>(slice.axis)];
  std::vector<double> sums(static_cast<std::size_t>(width));
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t c = 0; c < width; ++c) {
      const std::int64_t begin = (o * along + slice.offset + c) * inner;
      double sum = 0;
      for (std::int64_t i = begin; i < begin + inner; ++i)
        sum += static_cast<double>(value[i]) * static_cast<double>(factor[i]);
      sums[static_cast<std::size_t>(c)] += sum;
    }
  return sums;
}

/// What one slice says of its group's channels; empty where it has no say.
std::vector<double> voice(const ChannelSlice& slice, std::int64_t width, const std::string& kind) {
  if (!slice.parameter) return {};
  const bool weight = slice.tensor().rank() >= 2;
  const float* values = slice.tensor().data<float>();
  const float* factor = values;
  if (kind == "taylor") {
    if (!slice.parameter->grad().defined()) return {};
    factor = slice.parameter->grad().data<float>();
  } else if (weight != (kind == "magnitude")) {
    return {};
  }
  std::vector<double> sums = channel_sums(slice, width, values, factor);
  for (double& sum : sums) sum = kind == "taylor" ? std::abs(sum) : std::sqrt(sum);
  const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(width);
  if (!(mean > 0)) return {};
  for (double& sum : sums) sum /= mean;
  return sums;
}

/// |scale| of batch norms is told from biases by the running statistics beside them.
bool is_norm_scale(const ChannelGroup& group, const ChannelSlice& slice) {
  if (!slice.parameter || slice.tensor().rank() != 1 || !slice.name().ends_with(".weight"))
    return false;
  const std::string layer = slice.name().substr(0, slice.name().size() - 6);
  for (const ChannelSlice& other : group.slices)
    if (other.buffer && other.name() == layer + "running_var") return true;
  return false;
}

}  // namespace

std::vector<std::vector<double>> channel_importance(const std::vector<ChannelGroup>& groups,
                                                    const std::string& kind) {
  struct Job {
    std::size_t group;
    const ChannelSlice* slice;
    std::string kind;
  };
  std::vector<Job> jobs;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].fixed) continue;
    bool norms = false;
    for (const ChannelSlice& slice : groups[g].slices)
      norms = norms || is_norm_scale(groups[g], slice);
    const bool by_scale = kind == "bn_scale" && norms;
    for (const ChannelSlice& slice : groups[g].slices)
      if (!by_scale || is_norm_scale(groups[g], slice))
        jobs.push_back({g, &slice, kind == "bn_scale" && !norms ? "magnitude" : kind});
  }
  std::vector<std::vector<double>> voices(jobs.size());
  parallel_for(static_cast<std::int64_t>(jobs.size()), 1, [&](std::int64_t i, std::int64_t) {
    const Job& job = jobs[static_cast<std::size_t>(i)];
    voices[static_cast<std::size_t>(i)] = voice(*job.slice, groups[job.group].width, job.kind);
  });
  std::vector<std::vector<double>> importance;
  for (const ChannelGroup& group : groups)
    importance.emplace_back(static_cast<std::size_t>(group.width), 0.0);
  std::vector<int> heard(groups.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& sum = importance[jobs[i].group];
    for (std::size_t c = 0; c < voices[i].size(); ++c) sum[c] += voices[i][c];
    heard[jobs[i].group] += !voices[i].empty();
  }
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (double& value : importance[g]) value /= std::max(heard[g], 1);
  return importance;
}

}  // namespace lsk3d
