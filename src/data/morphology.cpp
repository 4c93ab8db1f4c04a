// SPDX-License-Identifier: MIT
#include "morphology.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace lsk3d {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Written as the machine's min and max instructions, so that loops over them vectorise.
struct Max {
  static constexpr float kNeutral = -kInfinity;
  static float of(float a, float b) { return a > b ? a : b; }
};
struct Min {
  static constexpr float kNeutral = kInfinity;
  static float of(float a, float b) { return a < b ? a : b; }
};

/// out[i] = extreme of in[i] … in[i + size − 1] for i < n; `in` holds n + size − 1 values and is
/// overwritten. Windows of 1, 2, 4, … are doubled, then two of them overlap to the wanted size.
template <typename Extreme>
void slide(float* in, int n, int size, float* out) {
  int window = 1;
  int valid = n + size - 1;  // in[i] is the extreme of `window` values for i < valid
  while (window * 2 <= size) {
    valid -= window;
    for (int i = 0; i < valid; ++i) in[i] = Extreme::of(in[i], in[i + window]);
    window *= 2;
  }
  const int shift = size - window;
  for (int i = 0; i < n; ++i) out[i] = Extreme::of(in[i], in[i + shift]);
}

template <typename Extreme>
FloatImage windowed(const FloatImage& image, int size) {
  const int h = image.height, w = image.width, radius = size / 2;
  FloatImage out{h, w, std::vector<float>(image.pixels.size())};
  std::vector<float> padded(static_cast<std::size_t>(w + size - 1));
  // Along each row.
  for (int y = 0; y < h; ++y) {
    std::fill_n(padded.begin(), radius, Extreme::kNeutral);
    std::copy_n(image.row(y), w, padded.begin() + radius);
    std::fill_n(padded.begin() + radius + w, radius, Extreme::kNeutral);
    slide<Extreme>(padded.data(), w, size, out.row(y));
  }
  // Down the columns: the same doubling, a row at a time.
  const int rows = h + size - 1;
  FloatImage stack{rows, w,
                   std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(w),
                                      Extreme::kNeutral)};
  std::copy(out.pixels.begin(), out.pixels.end(), stack.row(radius));
  int window = 1, valid = rows;
  while (window * 2 <= size) {
    valid -= window;
    for (int y = 0; y < valid; ++y) {
      float* a = stack.row(y);
      const float* b = stack.row(y + window);
      for (int x = 0; x < w; ++x) a[x] = Extreme::of(a[x], b[x]);
    }
    window *= 2;
  }
  for (int y = 0; y < h; ++y) {
    const float* a = stack.row(y);
    const float* b = stack.row(y + size - window);
    float* to = out.row(y);
    for (int x = 0; x < w; ++x) to[x] = Extreme::of(a[x], b[x]);
  }
  return out;
}

// Four pixels side by side: 14 of these fit the 16 registers of the oldest 64-bit machine.
constexpr int kLanes = 4;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

/// Lane by lane, a <= b afterwards.
inline void order(Lanes& a, Lanes& b) {
  const Lanes low = a < b ? a : b;
  b = a > b ? a : b;
  a = low;
}

/// Brings the minimum of v[0 … N) to v[0] and the maximum to v[N − 1].
template <int N>
inline void bring_out_extremes(Lanes* v) {
  for (int i = 0; i < N / 2; ++i) order(v[i], v[N - 1 - i]);
  for (int i = 1; i < (N + 1) / 2; ++i) order(v[0], v[i]);
  for (int i = N / 2; i < N - 1; ++i) order(v[i], v[N - 1]);
}

/// Of 25 values, 14 hold the median and can lose their minimum and maximum; then each further value
/// takes the place of one of them and the set shrinks by one (forgetful selection).
template <int N>
inline void select_median(Lanes* v, const Lanes* rest) {
  bring_out_extremes<N>(v);
  if constexpr (N > 3) {
    v[0] = *rest;  // the minimum is forgotten for the next value, the maximum by N − 1
    select_median<N - 1>(v, rest + 1);
  }
}

}  // namespace

FloatImage dilate(const FloatImage& image, int size) { return windowed<Max>(image, size); }

FloatImage erode(const FloatImage& image, int size) { return windowed<Min>(image, size); }

FloatImage dilate_diamond(const FloatImage& image) {
  const int h = image.height, w = image.width;
  FloatImage out = image;
  const auto width = static_cast<std::size_t>(w);
  std::vector<float> padded(width + 4, -kInfinity), three(width), five(width);
  auto merge = [&](int y, const float* values) {
    if (y < 0 || y >= h) return;
    float* to = out.row(y);
    for (int x = 0; x < w; ++x) to[x] = Max::of(to[x], values[x]);
  };
  for (int y = 0; y < h; ++y) {
    std::copy_n(image.row(y), w, padded.begin() + 2);
    const float* p = padded.data();
    for (int x = 0; x < w; ++x) {
      three[x] = Max::of(Max::of(p[x + 1], p[x + 2]), p[x + 3]);
      five[x] = Max::of(Max::of(p[x], p[x + 4]), three[x]);
    }
    merge(y - 2, p + 2);
    merge(y - 1, three.data());
    merge(y, five.data());
    merge(y + 1, three.data());
    merge(y + 2, p + 2);
  }
  return out;
}

FloatImage median5(const FloatImage& image) {
  const int h = image.height, w = image.width;
  FloatImage out{h, w, std::vector<float>(image.pixels.size())};
  if (h == 0 || w == 0) return out;
  const int blocks = (w + kLanes - 1) / kLanes;
  const auto stride = static_cast<std::size_t>(blocks * kLanes + 4);
  // Rows with their first and last pixel repeated, five at a time.
  std::vector<float> rows(stride * static_cast<std::size_t>(h));
  for (int y = 0; y < h; ++y) {
    const float* from = image.row(y);
    float* to = rows.data() + stride * static_cast<std::size_t>(y);
    to[0] = to[1] = from[0];
    std::copy_n(from, w, to + 2);
    std::fill(to + 2 + w, to + stride, from[w - 1]);
  }
  Lanes values[25];
  for (int y = 0; y < h; ++y) {
    for (int block = 0; block < blocks; ++block) {
      for (int dy = -2; dy <= 2; ++dy) {
        const auto row = static_cast<std::size_t>(std::clamp(y + dy, 0, h - 1));
        const float* from = rows.data() + stride * row + block * kLanes;
        for (int dx = 0; dx < 5; ++dx)
          std::memcpy(&values[(dy + 2) * 5 + dx], from + dx, sizeof(Lanes));
      }
      select_median<14>(values, values + 14);
      const int count = std::min(kLanes, w - block * kLanes);
      std::memcpy(out.row(y) + block * kLanes, &values[1],
                  sizeof(float) * static_cast<std::size_t>(count));
    }
  }
  return out;
}

FloatImage gaussian5(const FloatImage& image) {
  const int h = image.height, w = image.width;
  FloatImage across{h, w, std::vector<float>(image.pixels.size())};
  FloatImage out = across;
  if (h == 0 || w == 0) return out;
  // Mirrored about the border pixel; a single pixel is its own mirror.
  auto mirror = [](int i, int n) {
    if (n == 1) return 0;
    while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
  };
  std::vector<float> padded(static_cast<std::size_t>(w) + 4);
  for (int y = 0; y < h; ++y) {
    const float* from = image.row(y);
    std::copy_n(from, w, padded.begin() + 2);
    for (int i = 1; i <= 2; ++i) {
      padded[static_cast<std::size_t>(2 - i)] = from[mirror(-i, w)];
      padded[static_cast<std::size_t>(w + 1 + i)] = from[mirror(w - 1 + i, w)];
    }
    const float* p = padded.data();
    float* to = across.row(y);
    for (int x = 0; x < w; ++x)
      to[x] = 0.0625f * (p[x] + p[x + 4]) + 0.25f * (p[x + 1] + p[x + 3]) + 0.375f * p[x + 2];
  }
  for (int y = 0; y < h; ++y) {
    const float* a = across.row(mirror(y - 2, h));
    const float* b = across.row(mirror(y - 1, h));
    const float* c = across.row(y);
    const float* d = across.row(mirror(y + 1, h));
    const float* e = across.row(mirror(y + 2, h));
    float* to = out.row(y);
    for (int x = 0; x < w; ++x)
      to[x] = 0.0625f * (a[x] + e[x]) + 0.25f * (b[x] + d[x]) + 0.375f * c[x];
  }
  return out;
}

}  // namespace lsk3d
