// SPDX-License-Identifier: MIT
// A layer's mask after channels were cut.
#include <algorithm>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "sparse_layer.h"

namespace lsk3d {
namespace {

constexpr std::uint64_t kRefitStream = 0x7265666974;

/// Drops the smallest of `kept`, or adds any of the others, until `count` of `units` are kept.
void keep_exactly(std::int64_t count, const UnitList& units, const std::vector<float>& scores,
                  std::vector<std::uint8_t>& kept, Rng& rng) {
  UnitList inside, outside;
  for (std::uint32_t unit : units) (kept[unit] ? inside : outside).push_back(unit);
  const std::int64_t surplus = static_cast<std::int64_t>(inside.size()) - count;
  if (surplus > 0)
    for (std::uint32_t unit : smallest(scores, std::move(inside), surplus)) kept[unit] = 0;
  if (surplus < 0)
    for (std::uint32_t unit : any(std::move(outside), -surplus, rng)) kept[unit] = 1;
}

}  // namespace

void SparseLayer::refit_quads(std::vector<std::uint8_t>& kept, const std::vector<float>& scores,
                              Rng& rng) const {
  const auto stride = static_cast<std::uint32_t>(units_.quad_stride());
  for (std::uint32_t unit = 0; unit < kept.size(); ++unit)
    if (units_.quad(unit) == static_cast<std::int64_t>(unit))
      keep_exactly(2, {unit, unit + stride, unit + 2 * stride, unit + 3 * stride}, scores, kept,
                   rng);
}

void SparseLayer::refit(const Tensor& mask, const std::vector<double>& densities,
                        std::uint64_t seed, std::int64_t step) {
  LSK3D_ASSERT(mask.shape() == mask_.shape(), parameter_.name, ": mask ", to_string(mask.shape()),
               " of a weight ", to_string(mask_.shape()));
  const std::vector<std::int64_t> counts = unit_counts(densities);
  const Tensor shares = mask.to(DType::f32);
  const Tensor weight = parameter_.value().to(Device::cpu());
  const float* weights = weight.data<float>();
  parallel_for(static_cast<std::int64_t>(groups_.size()), 1, [&](std::int64_t i, std::int64_t) {
    const auto g = static_cast<std::size_t>(i);
    const auto& offsets = groups_[g].offsets;
    const std::vector<float> scores = units_.scores(weights, offsets);
    std::vector<std::uint8_t> kept;
    for (float share : units_.scores(shares.data<float>(), offsets)) kept.push_back(share > 0);
    Rng rng(seed,
            mix_stream(mix_stream(stream_, kRefitStream), static_cast<std::uint64_t>(step), g));
    if (units_.quads()) {
      refit_quads(kept, scores, rng);
    } else {
      UnitList all(kept.size());
      for (std::size_t unit = 0; unit < all.size(); ++unit)
        all[unit] = static_cast<std::uint32_t>(unit);
      keep_exactly(counts[g], all, scores, kept, rng);
    }
    units_.write(kept, offsets, mask_.data<std::uint8_t>());
  });
  refresh();
}

}  // namespace lsk3d
