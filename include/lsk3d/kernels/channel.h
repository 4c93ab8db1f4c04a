// SPDX-License-Identifier: MIT
// What the selection of channels asks of weights: sums over each channel, and fading.
#pragma once
#include <cstdint>

namespace lsk3d {

/// A run of channels along one axis of a tensor: channel c owns the elements
/// x[(o · along + offset + c) · inner + i], o < outer, i < inner.
struct ChannelView {
  std::int64_t outer = 1, along = 1, inner = 1;
  std::int64_t offset = 0, width = 0;
};

/// sums[c] = Σ value · factor over channel c, in f64; factor may be value itself.
struct ChannelSumsArgs {
  ChannelView view;
  const float* value = nullptr;
  const float* factor = nullptr;
  double* sums = nullptr;  // [width]
};

/// x *= factors[c] over channel c, in f64.
struct ChannelScaleArgs {
  ChannelView view;
  float* x = nullptr;
  const double* factors = nullptr;  // [width]; channels of factor 1 stay as they are
};

struct ChannelKernels {
  void (*sums)(const ChannelSumsArgs&) = nullptr;
  void (*scale)(const ChannelScaleArgs&) = nullptr;
};

}  // namespace lsk3d
