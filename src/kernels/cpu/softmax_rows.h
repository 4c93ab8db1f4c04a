// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>

namespace lsk3d {

/// p = softmax(x) over `classes` elements; returns log Σ exp(x). NaN anywhere makes all of it NaN.
template <typename T>
double softmax_row(const T* x, int classes, T* p) {
  const T largest = *std::max_element(x, x + classes);
  T sum = 0;
  for (int c = 0; c < classes; ++c) {
    p[c] = std::exp(x[c] - largest);
    sum += p[c];
  }
  for (int c = 0; c < classes; ++c) p[c] /= sum;
  return static_cast<double>(largest) + std::log(static_cast<double>(sum));
}

}  // namespace lsk3d
