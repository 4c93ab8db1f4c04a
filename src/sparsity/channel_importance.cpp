// SPDX-License-Identifier: MIT
#include "channel_importance.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

/// What a slice is judged by: its values times themselves, or times its gradient (taylor). Undefined
/// where it has no say.
struct Terms {
  Tensor value, factor;
};

Terms terms_of(const ChannelSlice& slice, const std::string& kind) {
  if (!slice.parameter) return {};
  const Tensor& value = slice.tensor();
  if (kind == "taylor") {
    if (!slice.parameter->grad().defined()) return {};
    return {value, slice.parameter->grad()};
  }
  const bool weight = value.rank() >= 2;
  if (weight != (kind == "magnitude")) return {};
  return {value, value};
}

/// From sums over the channels to what the slice says of them; empty where all are 0.
std::vector<double> voice(std::span<const double> of_channels, const std::string& kind) {
  std::vector<double> sums(of_channels.begin(), of_channels.end());
  for (double& sum : sums) sum = kind == "taylor" ? std::abs(sum) : std::sqrt(sum);
  const double mean =
      std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(sums.size());
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

struct Job {
  std::size_t group;
  std::int64_t width;  // of the group
  const ChannelSlice* slice;
  std::string kind;
};

void sum_channels(const Job& job, const Terms& terms, double* sums) {
  kernels(terms.value.device())
      .channel.sums({.view = channel_view(*job.slice, job.width),
                     .value = terms.value.address<float>(),
                     .factor = terms.factor.address<float>(),
                     .sums = sums});
}

/// What each job's slice says. All sums lie side by side in one tensor, so that a GPU is waited for once.
std::vector<std::vector<double>> voices_of(const std::vector<Job>& jobs) {
  std::vector<Terms> terms;
  std::vector<std::int64_t> start{0};
  Device device;
  for (const Job& job : jobs) {
    terms.push_back(terms_of(*job.slice, job.kind));
    start.push_back(start.back() + (terms.back().value.defined() ? job.width : 0));
    device = job.slice->tensor().device();
  }
  Tensor all = Tensor::empty({start.back()}, DType::f64, device);
  double* sums = all.address<double>();
  const auto sum_job = [&](std::int64_t i, std::int64_t) {
    const auto j = static_cast<std::size_t>(i);
    if (terms[j].value.defined()) sum_channels(jobs[j], terms[j], sums + start[j]);
  };
  const auto count = static_cast<std::int64_t>(jobs.size());
  if (device.is_cpu()) parallel_for(count, 1, sum_job);
  else for (std::int64_t i = 0; i < count; ++i) sum_job(i, i + 1);  // a GPU's work is queued in order

  const Tensor on_host = all.to(Device::cpu());
  const auto found = on_host.span<double>();
  std::vector<std::vector<double>> voices(jobs.size());
  for (std::size_t j = 0; j < jobs.size(); ++j)
    if (terms[j].value.defined())
      voices[j] = voice(found.subspan(static_cast<std::size_t>(start[j]),
                                      static_cast<std::size_t>(jobs[j].width)),
                        jobs[j].kind);
  return voices;
}

}  // namespace

ChannelView channel_view(const ChannelSlice& slice, std::int64_t width) {
  ChannelView view;
  const Shape& shape = slice.tensor().shape();
  for (int d = 0; d < static_cast<int>(shape.size()); ++d) {
    if (d < slice.axis) view.outer *= shape[static_cast<std::size_t>(d)];
    if (d > slice.axis) view.inner *= shape[static_cast<std::size_t>(d)];
  }
  view.along = shape[static_cast<std::size_t>(slice.axis)];
  view.offset = slice.offset;
  view.width = width;
  return view;
}

std::vector<std::vector<double>> channel_importance(const std::vector<ChannelGroup>& groups,
                                                    const std::string& kind) {
  std::vector<Job> jobs;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].fixed) continue;
    bool norms = false;
    for (const ChannelSlice& slice : groups[g].slices)
      norms = norms || is_norm_scale(groups[g], slice);
    const bool by_scale = kind == "bn_scale" && norms;
    for (const ChannelSlice& slice : groups[g].slices)
      if (!by_scale || is_norm_scale(groups[g], slice))
        jobs.push_back({g, groups[g].width, &slice, kind == "bn_scale" && !norms ? "magnitude" : kind});
  }
  const std::vector<std::vector<double>> voices = voices_of(jobs);
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
