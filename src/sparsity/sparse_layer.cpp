// SPDX-License-Identifier: MIT
#include "sparse_layer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/kernels/kernels.h"
#include "mask_pattern.h"

namespace lsk3d {
namespace {

constexpr std::uint64_t kDrawStream = 0x64726177;

/// FNV-1a.
std::uint64_t name_number(const std::string& name) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001B3u;
  return hash;
}

const Shape& checked_shape(const Parameter& parameter) {
  const Tensor& value = parameter.value();
  LSK3D_ASSERT((value.rank() == 5 || value.rank() == 4) && value.dtype() == DType::f32,
               parameter.name,
               " is no f32 conv weight [kz, ky, kx, C_in, C_out] or [kz, ky, kx, C] but ",
               to_string(value.dtype()), " ", to_string(value.shape()));
  return value.shape();
}

const std::string& checked_granularity(const std::string& granularity, const Parameter& parameter) {
  LSK3D_CHECK(parameter.value().rank() == 5 || (granularity != "block" && granularity != "2:4"),
              UsageError, "sds.granularity: expected element or offset for the depth-wise kernel '",
              parameter.name, "', whose offsets have one weight per channel, found '", granularity,
              "'");
  return granularity;
}

std::array<std::int64_t, 3> kernel_of(const Shape& shape) { return {shape[0], shape[1], shape[2]}; }

/// Two of four units of each quad.
void draw_quads(const MaskUnits& units, std::vector<std::uint8_t>& kept, Rng& rng) {
  for (std::size_t unit = 0; unit < kept.size(); ++unit) {
    const std::int64_t first = units.quad(static_cast<std::int64_t>(unit));
    if (first != static_cast<std::int64_t>(unit)) continue;
    for (std::uint32_t i : any({0, 1, 2, 3}, 2, rng))
      kept[unit + i * static_cast<std::size_t>(units.quad_stride())] = 1;
  }
}

}  // namespace

SparseLayer::SparseLayer(Parameter& parameter, const SdsSettings& settings)
    : parameter_(parameter),
      c_in_(checked_shape(parameter).size() == 5 ? parameter.value().dim(3) : 1),
      c_out_(parameter.value().dim(-1)),
      groups_(make_spatial_groups(kernel_of(parameter.value().shape()), settings.partition,
                                  parameter.name)),
      units_(checked_granularity(settings.granularity, parameter), c_in_, c_out_, parameter.name),
      mask_(Tensor::full(parameter.value().shape(), 1, DType::u8)),
      stream_(name_number(parameter.name)) {
  LSK3D_ASSERT(mask_.numel() < std::int64_t{1} << 32, parameter.name, " has too many weights");
}

Shape SparseLayer::group_shape(std::size_t group) const {
  const auto& extent = groups_[group].extent;
  return {extent[0], extent[1], extent[2], c_in_, c_out_};
}

std::vector<std::int64_t> SparseLayer::unit_counts(const std::vector<double>& densities) const {
  // Few units: counts are rounded so that what one group rounds off goes to the next.
  std::vector<std::int64_t> counts(groups_.size());
  double wanted = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::int64_t all =
        static_cast<std::int64_t>(groups_[g].offsets.size()) * units_.per_offset();
    counts[g] = all;
    if (densities[g] >= 1) continue;
    wanted += densities[g] * static_cast<double>(all);
    counts[g] = std::clamp<std::int64_t>(std::llround(wanted), 0, all);
    wanted -= static_cast<double>(counts[g]);
  }
  return counts;
}

void SparseLayer::draw(const std::vector<double>& densities, std::uint64_t seed) {
  const std::vector<std::int64_t> counts = unit_counts(densities);
  std::uint8_t* mask = mask_.data<std::uint8_t>();
  parallel_for(static_cast<std::int64_t>(groups_.size()), 1, [&](std::int64_t i, std::int64_t) {
    const auto g = static_cast<std::size_t>(i);
    Rng rng(seed, mix_stream(stream_, kDrawStream, g));
    std::vector<std::uint8_t> kept(groups_[g].offsets.size() *
                                   static_cast<std::size_t>(units_.per_offset()));
    if (units_.quads()) {
      draw_quads(units_, kept, rng);
    } else if (units_.single()) {
      for (auto& unit : kept) unit = static_cast<double>(rng.uniform()) < densities[g];
    } else {
      for (std::uint32_t unit : any(units_where(kept, 0), counts[g], rng)) kept[unit] = 1;
    }
    units_.write(kept, groups_[g].offsets, mask);
  });
  refresh();
}

std::int64_t SparseLayer::keep_zeros() {
  const Tensor weight = parameter_.value().to(Device::cpu());
  for (const SpatialGroup& group : groups_) {
    const std::vector<float> scores = units_.scores(weight.data<float>(), group.offsets);
    std::vector<std::uint8_t> kept(scores.size());
    for (std::size_t unit = 0; unit < kept.size(); ++unit) kept[unit] = scores[unit] != 0;
    if (units_.quads()) fill_quads(kept);
    units_.write(kept, group.offsets, mask_.data<std::uint8_t>());
  }
  refresh();
  const auto values = weight.span<float>();
  return std::count(values.begin(), values.end(), 0.0f);
}

void SparseLayer::fill_quads(std::vector<std::uint8_t>& kept) const {
  const auto stride = static_cast<std::size_t>(units_.quad_stride());
  for (std::size_t unit = 0; unit < kept.size(); ++unit) {
    if (units_.quad(static_cast<std::int64_t>(unit)) != static_cast<std::int64_t>(unit)) continue;
    int found = 0;
    for (std::size_t i = 0; i < 4; ++i) found += kept[unit + i * stride];
    LSK3D_CHECK(found <= 2, UsageError, "sds.granularity: 2:4 expects at most 2 of 4 weights to "
                "start from, found ", found, " in '", parameter_.name,
                "'; choose the granularity that the model was pruned with");
    for (std::size_t i = 0; i < 4 && found < 2; ++i)
      if (!kept[unit + i * stride]) kept[unit + i * stride] = 1, ++found;
  }
}

UnitList SparseLayer::drop(std::vector<std::uint8_t>& kept, const SpatialGroup& group, double rate,
                           const float* weights, const std::vector<float>& costs) const {
  UnitList candidates = units_where(kept, 1);
  const auto nonzeros = static_cast<std::int64_t>(candidates.size());
  if (candidates.size() == kept.size()) return {};  // a dense group stays dense
  const auto count = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(std::ceil(rate * static_cast<double>(nonzeros))), 0, nonzeros);
  std::vector<float> scores = units_.scores(weights, group.offsets);
  const auto per_offset = static_cast<std::size_t>(units_.per_offset());
  for (std::size_t unit = 0; !costs.empty() && unit < scores.size(); ++unit)
    scores[unit] /= costs[static_cast<std::size_t>(group.offsets[unit / per_offset])];
  UnitList dropped = smallest(scores, std::move(candidates), count);
  for (std::uint32_t unit : dropped) kept[unit] = 0;
  return dropped;
}

void SparseLayer::grow(std::vector<std::uint8_t>& kept, const UnitList& dropped,
                       const SpatialGroup& group, Growth& growth) const {
  std::vector<float> scores;
  if (growth.by) scores = units_.scores(growth.by, group.offsets);
  const auto choose = [&](UnitList zeros, std::int64_t count) {
    for (std::uint32_t unit : growth.by ? largest(scores, std::move(zeros), count)
                                        : any(std::move(zeros), count, growth.rng))
      kept[unit] = 1;
  };
  if (!units_.quads()) {
    choose(units_where(kept, 0), static_cast<std::int64_t>(dropped.size()));
    return;
  }
  std::vector<std::uint32_t> quads(dropped.size());
  for (std::size_t i = 0; i < dropped.size(); ++i)
    quads[i] = static_cast<std::uint32_t>(units_.quad(dropped[i]));
  std::sort(quads.begin(), quads.end());
  for (std::size_t i = 0, end = 0; i < quads.size(); i = end) {
    while (end < quads.size() && quads[end] == quads[i]) ++end;
    UnitList zeros;
    for (std::uint32_t k = 0; k < 4; ++k) {
      const auto unit = quads[i] + k * static_cast<std::uint32_t>(units_.quad_stride());
      if (!kept[unit]) zeros.push_back(unit);
    }
    choose(std::move(zeros), static_cast<std::int64_t>(end - i));
  }
}

void SparseLayer::keep_survivors(const std::vector<std::uint8_t>& survivors,
                                 const SpatialGroup& group, Tensor& weight,
                                 std::vector<Tensor>& masked_state) {
  std::uint8_t* mask = mask_.data<std::uint8_t>();
  units_.write(survivors, group.offsets, mask);
  const std::int64_t slab = c_in_ * c_out_;
  const auto zero_pruned = [&](float* values) {
    for (std::int32_t offset : group.offsets)
      for (std::int64_t i = offset * slab; i < (offset + 1) * slab; ++i)
        values[i] = mask[i] ? values[i] : 0.0f;
  };
  zero_pruned(weight.data<float>());
  for (Tensor& state : masked_state) zero_pruned(state.data<float>());
}

SparseLayer::Change SparseLayer::update(std::size_t group, double rate,
                                        const std::vector<float>& costs, Growth growth,
                                        Tensor& weight, std::vector<Tensor>& masked_state) {
  const SpatialGroup& g = groups_[group];
  std::vector<std::uint8_t> kept = units_.read(mask_.data<std::uint8_t>(), g.offsets);
  const UnitList dropped = drop(kept, g, rate, weight.data<float>(), costs);
  const std::vector<std::uint8_t> survivors = kept;
  if (!dropped.empty()) grow(kept, dropped, g, growth);
  // Only now: growth by momentum reads the state as the optimizer left it.
  keep_survivors(survivors, g, weight, masked_state);
  if (dropped.empty()) return {};
  units_.write(kept, g.offsets, mask_.data<std::uint8_t>());
  Change change;
  for (std::uint32_t unit : dropped) change.pruned += units_.weights(unit);
  for (std::size_t unit = 0; unit < kept.size(); ++unit)
    if (kept[unit] && !survivors[unit])
      change.grown += units_.weights(static_cast<std::int64_t>(unit));
  return change;
}

void SparseLayer::apply_mask(Tensor& values) const {
  const Device device = values.device();
  if (!mask_on_device_.defined() || mask_on_device_.device() != device)
    mask_on_device_ = mask_.to(device);
  kernels(device).optim.apply_mask(values.address<float>(),
                                   std::as_const(mask_on_device_).address<std::uint8_t>(),
                                   values.numel());
}

void SparseLayer::load(const Tensor& mask) {
  LSK3D_CHECK(mask.shape() == mask_.shape() && mask.dtype() == DType::u8, DataError, "mask of '",
              parameter_.name, "': expected u8 ", to_string(mask_.shape()), ", found ",
              to_string(mask.dtype()), " ", to_string(mask.shape()));
  const auto values = mask.span<std::uint8_t>();
  LSK3D_CHECK(std::all_of(values.begin(), values.end(), [](auto v) { return v <= 1; }), DataError,
              "mask of '", parameter_.name, "': expected only 0 and 1, found other values");
  Tensor whole = Tensor::zeros(mask.shape(), DType::u8);
  bool quads_hold = true;
  for (const SpatialGroup& group : groups_) {
    const auto kept = units_.read(mask.data<std::uint8_t>(), group.offsets);
    units_.write(kept, group.offsets, whole.data<std::uint8_t>());
    if (!units_.quads()) continue;
    std::vector<std::uint8_t> in_quad(kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i)
      in_quad[static_cast<std::size_t>(units_.quad(static_cast<std::int64_t>(i)))] += kept[i];
    for (std::size_t i = 0; i < kept.size(); ++i)
      quads_hold &= units_.quad(static_cast<std::int64_t>(i)) != static_cast<std::int64_t>(i) ||
                    in_quad[i] == 2;
  }
  const auto wholes = whole.span<std::uint8_t>();
  LSK3D_CHECK(quads_hold && std::equal(values.begin(), values.end(), wholes.begin()), DataError,
              "mask of '", parameter_.name,
              "': it does not keep to sds.granularity; it was made with another one");
  mask_.copy_from(mask);
  refresh();
}

void SparseLayer::refresh() {
  mask_on_device_ = Tensor();
  const auto mask = mask_.span<std::uint8_t>();
  nonzeros_ = std::count(mask.begin(), mask.end(), std::uint8_t{1});
  pattern_ =
      make_pattern(mask.data(), mask_.numel() / (c_in_ * c_out_), c_in_, c_out_, units_.blocks());
}

std::int64_t SparseLayer::most_units() const {
  std::size_t most = 0;
  for (const SpatialGroup& group : groups_) most = std::max(most, group.offsets.size());
  return static_cast<std::int64_t>(most) * units_.per_offset();
}

double SparseLayer::unit_density(std::size_t group) const {
  const auto kept = units_.read(mask_.data<std::uint8_t>(), groups_[group].offsets);
  return static_cast<double>(std::count(kept.begin(), kept.end(), std::uint8_t{1})) /
         static_cast<double>(kept.size());
}

double SparseLayer::density(std::size_t group) const {
  const std::int64_t slab = c_in_ * c_out_;
  const std::uint8_t* mask = mask_.data<std::uint8_t>();
  std::int64_t kept = 0;
  for (std::int32_t offset : groups_[group].offsets)
    kept += std::count(mask + offset * slab, mask + (offset + 1) * slab, std::uint8_t{1});
  return static_cast<double>(kept) /
         static_cast<double>(slab * static_cast<std::int64_t>(groups_[group].offsets.size()));
}

}  // namespace lsk3d
