// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/core/rng.h"
#include "lsk3d/core/tensor.h"
#include "lsk3d/nn/parameter.h"
#include "lsk3d/sparsity/sds.h"
#include "mask_units.h"
#include "selection.h"
#include "spatial_groups.h"

namespace lsk3d {

/// One sparse conv: its mask and how to change it, group by group.
class SparseLayer {
 public:
  /// Dense at first. Throws UsageError as MaskUnits and make_spatial_groups do.
  SparseLayer(Parameter& parameter, const SdsSettings& settings);

  Parameter& parameter() const { return parameter_; }
  const std::vector<SpatialGroup>& groups() const { return groups_; }
  /// [gz, gy, gx, C_in, C_out]; depth-wise [gz, gy, gx, 1, C].
  Shape group_shape(std::size_t group) const;

  /// Draws the mask of each group at its density.
  void draw(const std::vector<double>& densities, std::uint64_t seed);

  /// Keeps the units that have a weight other than zero; at 2:4 two of each quad, the first zeros
  /// where these are needed. Returns how many weights are zero. Throws UsageError where a quad has more.
  std::int64_t keep_zeros();

  /// Takes over a mask of the parameter's shape that need not keep to the granularity: each group gets
  /// the units of it with the largest weights, at its density; missing ones are drawn at random.
  void refit(const Tensor& mask, const std::vector<double>& densities, std::uint64_t seed,
             std::int64_t step);

  struct Growth {
    const float* by =
        nullptr;  // gradient or first moment, as the weight, on the host; null: random
    Rng rng{0};
  };
  struct Change {
    std::int64_t pruned = 0, grown = 0;  // weights
  };
  /// Drops and regrows the units of one group. What is dropped is judged by mean |w| divided by the
  /// offset's entry in `costs`, [kernel offsets] or empty. Zeroes all but the survivors in `weight`, the
  /// parameter's value in host memory, and in `masked_state`, likewise. Groups may be updated side
  /// by side. Call refresh() after the last one.
  Change update(std::size_t group, double rate, const std::vector<float>& costs, Growth growth,
                Tensor& weight, std::vector<Tensor>& masked_state);

  /// Zeroes what the mask prunes.
  void apply_mask(Tensor& values) const;
  const Tensor& mask() const { return mask_; }
  /// Takes over a mask; throws DataError where it does not fit the shape or the granularity.
  void load(const Tensor& mask);
  /// Recounts and derives the pattern anew after the mask changed.
  void refresh();
  const std::shared_ptr<const WeightPattern>& pattern() const { return pattern_; }
  std::int64_t nonzeros() const { return nonzeros_; }
  std::int64_t weights() const { return mask_.numel(); }
  std::int64_t offsets() const { return mask_.numel() / (c_in_ * c_out_); }
  double density(std::size_t group) const;
  /// Share of units that are kept, which differs from that of weights where units have several sizes.
  double unit_density(std::size_t group) const;
  /// Units of the largest group.
  std::int64_t most_units() const;
  /// A stable number for the layer's name.
  std::uint64_t stream() const { return stream_; }

 private:
  std::vector<std::int64_t> unit_counts(const std::vector<double>& densities) const;
  void fill_quads(std::vector<std::uint8_t>& kept) const;
  void refit_quads(std::vector<std::uint8_t>& kept, const std::vector<float>& scores, Rng& rng) const;
  UnitList drop(std::vector<std::uint8_t>& kept, const SpatialGroup& group, double rate,
                const float* weights, const std::vector<float>& costs) const;
  void grow(std::vector<std::uint8_t>& kept, const UnitList& dropped, const SpatialGroup& group,
            Growth& growth) const;
  void keep_survivors(const std::vector<std::uint8_t>& survivors, const SpatialGroup& group,
                      Tensor& weight, std::vector<Tensor>& masked_state);

  Parameter& parameter_;
  std::int64_t c_in_, c_out_;  // of one offset; depth-wise: 1 and C
  std::vector<SpatialGroup> groups_;
  MaskUnits units_;
  Tensor mask_;
  mutable Tensor mask_on_device_;  // where it was last applied; undefined after a change
  std::shared_ptr<const WeightPattern> pattern_;
  std::int64_t nonzeros_ = 0;
  std::uint64_t stream_;
};

}  // namespace lsk3d
