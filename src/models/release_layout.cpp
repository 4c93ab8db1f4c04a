// SPDX-License-Identifier: MIT
#include "lsk3d/models/release_layout.h"

#include <array>
#include <cstdint>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "state_match.h"

namespace lsk3d {
namespace {

/// Above this many taps the release stores kernels with the taps first.
constexpr std::int64_t kTapsFirst = 32;

template <typename T>
void swap_axes(const T* from, T* to, std::array<std::int64_t, 3> extent, int a, int b) {
  // to[..., j at a, ..., i at b, ...] = from[..., i at a, ..., j at b, ...]
  std::array<std::int64_t, 3> swapped = extent;
  std::swap(swapped[a], swapped[b]);
  parallel_for(extent[0], 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      for (std::int64_t j = 0; j < extent[1]; ++j)
        for (std::int64_t k = 0; k < extent[2]; ++k) {
          std::array<std::int64_t, 3> at{i, j, k};
          std::swap(at[a], at[b]);
          to[(at[0] * swapped[1] + at[1]) * swapped[2] + at[2]] =
              from[(i * extent[1] + j) * extent[2] + k];
        }
  });
}

/// `t`, viewed as a 3-d array of `extent`, with axes a and b exchanged, as a tensor of `shape`.
Tensor swapped_axes(const Tensor& t, std::array<std::int64_t, 3> extent, int a, int b,
                    Shape shape) {
  Tensor out = Tensor::empty(std::move(shape), t.dtype());
  switch (t.dtype()) {
    case DType::f32: swap_axes(t.data<float>(), out.data<float>(), extent, a, b); break;
    case DType::f64: swap_axes(t.data<double>(), out.data<double>(), extent, a, b); break;
    case DType::u8:
      swap_axes(t.data<std::uint8_t>(), out.data<std::uint8_t>(), extent, a, b);
      break;
    default:
      throw DataError("a conv kernel: expected f32, f64 or u8, found " + to_string(t.dtype()));
  }
  return out;
}

/// [out, taps, in] -> [taps, in, out] by way of [taps, out, in]: such kernels are small.
Tensor outputs_last(const Tensor& t, std::int64_t out, std::int64_t taps, std::int64_t in,
                    Shape shape) {
  const Tensor taps_first = swapped_axes(t, {out, taps, in}, 0, 1, {taps, out, in});
  return swapped_axes(taps_first, {taps, out, in}, 1, 2, std::move(shape));
}

Tensor outputs_first(const Tensor& t, std::int64_t taps, std::int64_t in, std::int64_t out,
                     Shape shape) {
  const Tensor swapped = swapped_axes(t, {taps, in, out}, 1, 2, {taps, out, in});
  return swapped_axes(swapped, {taps, out, in}, 0, 1, std::move(shape));
}

}  // namespace

Tensor from_release_layout(const Tensor& release, const Shape& ours) {
  const Shape& s = release.shape();
  if (s.size() != 5) return s == ours ? release : Tensor();
  if (ours.size() == 2) {  // the bytes hold [in, out]
    const std::int64_t out = ours[0], in = ours[1];
    if (s != Shape{out, 1, 1, 1, in}) return {};
    return swapped_axes(release, {1, in, out}, 1, 2, ours);
  }
  if (ours.size() != 5) return {};
  const std::int64_t z = ours[0], y = ours[1], x = ours[2], in = ours[3], out = ours[4];
  const std::int64_t taps = z * y * x;
  if (taps > kTapsFirst) {
    if (s != Shape{z, y, x, out, in}) return {};
    return swapped_axes(release, {taps, out, in}, 1, 2, ours);
  }
  if (s != Shape{out, z, y, x, in}) return {};
  return taps == 1 ? release.reshape(ours) : outputs_last(release, out, taps, in, ours);
}

Tensor to_release_layout(const Tensor& ours, bool pointwise) {
  const Shape& s = ours.shape();
  if (pointwise && s.size() == 2)
    return swapped_axes(ours, {1, s[0], s[1]}, 1, 2, {s[0], 1, 1, 1, s[1]});
  if (s.size() != 5) return ours;
  const std::int64_t taps = s[0] * s[1] * s[2], in = s[3], out = s[4];
  if (taps > kTapsFirst)
    return swapped_axes(ours, {taps, in, out}, 1, 2, {s[0], s[1], s[2], out, in});
  const Shape theirs{out, s[0], s[1], s[2], in};
  return taps == 1 ? ours.reshape(theirs) : outputs_first(ours, taps, in, out, theirs);
}

void load_release_state(Lsk3dNet& model, const TensorFile& file, const std::string& prefix) {
  copy_state(model, matching_state(
                        model, file, prefix,
                        [](const Tensor& found, const Tensor& target) {
                          return from_release_layout(found, target.shape());
                        },
                        [](const std::string& name) { return name.ends_with("num_batches_tracked"); }));
}

}  // namespace lsk3d
