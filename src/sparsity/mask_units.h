// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lsk3d {

/// How one layer's weights [K, C_in, C_out] fall into the units that are kept or pruned whole:
/// tiles of tile_in × tile_out channels of one offset (ragged at the edges). Units of a spatial
/// group are numbered by offset, then input tile, then output tile.
class MaskUnits {
 public:
  /// Throws UsageError that names sds.granularity on an unknown one, or on 2:4 where C_in is no
  /// multiple of 4.
  MaskUnits(const std::string& granularity, std::int64_t c_in, std::int64_t c_out,
            const std::string& layer);

  std::int64_t per_offset() const { return tiles_in_ * tiles_out_; }
  /// Weights of unit `unit` of a group.
  std::int64_t weights(std::int64_t unit) const;
  bool single() const { return tile_in_ * tile_out_ == 1; }
  /// True at 2:4: four units at tile_out distance along C_in, aligned, share a budget of 2.
  bool quads() const { return quads_; }
  /// True where the conv kernels can skip 16 × 16 blocks of it.
  bool blocks() const { return blocks_; }
  /// First unit of the quad of `unit`; the others follow at a distance of quad_stride().
  std::int64_t quad(std::int64_t unit) const;
  std::int64_t quad_stride() const { return tiles_out_; }

  using Offsets = std::span<const std::int32_t>;
  /// Mean |value| of each unit of the group.
  std::vector<float> scores(const float* values, Offsets offsets) const;
  /// 1 for each unit of the group that `mask` keeps, judged by its first weight.
  std::vector<std::uint8_t> read(const std::uint8_t* mask, Offsets offsets) const;
  void write(const std::vector<std::uint8_t>& kept, Offsets offsets, std::uint8_t* mask) const;

 private:
  template <typename Body>
  void for_each_tile(Offsets offsets, Body body) const;

  std::int64_t c_in_, c_out_, tile_in_ = 1, tile_out_ = 1, tiles_in_, tiles_out_;
  bool quads_ = false, blocks_ = false;
};

}  // namespace lsk3d
