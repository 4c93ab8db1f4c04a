// SPDX-License-Identifier: MIT
#include "mask_units.h"

#include <algorithm>
#include <cmath>

#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kBlock = 16;  // channels of a block of the conv kernels

/// Rows [in_begin, in_end) × columns [out_begin, out_end) of one offset, which starts at `base`.
struct Tile {
  std::int64_t base, in_begin, in_end, out_begin, out_end;
};

}  // namespace

MaskUnits::MaskUnits(const std::string& granularity, std::int64_t c_in, std::int64_t c_out,
                     const std::string& layer)
    : c_in_(c_in), c_out_(c_out) {
  if (granularity == "offset") {
    tile_in_ = c_in;
    tile_out_ = c_out;
  } else if (granularity == "block") {
    tile_in_ = std::min(kBlock, c_in);
    tile_out_ = std::min(kBlock, c_out);
    blocks_ = true;
  } else if (granularity == "2:4") {
    LSK3D_CHECK(c_in % 4 == 0, UsageError,
                "sds.granularity: 2:4 expects input channels in multiples of 4, found ", c_in,
                " of '", layer, "'; choose another model.channels or granularity");
    quads_ = true;
  } else {
    LSK3D_CHECK(granularity == "element", UsageError,
                "sds.granularity: expected element, offset, block or 2:4, found '", granularity,
                "'", did_you_mean(granularity, {"element", "offset", "block", "2:4"}));
  }
  tiles_in_ = (c_in + tile_in_ - 1) / tile_in_;
  tiles_out_ = (c_out + tile_out_ - 1) / tile_out_;
}

std::int64_t MaskUnits::weights(std::int64_t unit) const {
  const std::int64_t tile = unit % per_offset();
  const std::int64_t in = tile / tiles_out_ * tile_in_, out = tile % tiles_out_ * tile_out_;
  return std::min(tile_in_, c_in_ - in) * std::min(tile_out_, c_out_ - out);
}

std::int64_t MaskUnits::quad(std::int64_t unit) const {
  const std::int64_t row = unit / tiles_out_;  // C_in is a multiple of 4: quads never span offsets
  return (row - row % 4) * tiles_out_ + unit % tiles_out_;
}

template <typename Body>
void MaskUnits::for_each_tile(Offsets offsets, Body body) const {
  std::size_t unit = 0;
  for (std::int32_t offset : offsets)
    for (std::int64_t in = 0; in < c_in_; in += tile_in_)
      for (std::int64_t out = 0; out < c_out_; out += tile_out_)
        body(unit++, Tile{offset * c_in_ * c_out_, in, std::min(in + tile_in_, c_in_), out,
                          std::min(out + tile_out_, c_out_)});
}

std::vector<float> MaskUnits::scores(const float* values, Offsets offsets) const {
  std::vector<float> scores(offsets.size() * static_cast<std::size_t>(per_offset()));
  if (single()) {
    const std::int64_t slab = c_in_ * c_out_;
    for (std::size_t k = 0; k < offsets.size(); ++k) {
      const float* from = values + offsets[k] * slab;
      float* to = scores.data() + static_cast<std::int64_t>(k) * slab;
      for (std::int64_t i = 0; i < slab; ++i) to[i] = std::abs(from[i]);
    }
    return scores;
  }
  for_each_tile(offsets, [&](std::size_t unit, const Tile& tile) {
    double sum = 0;
    for (std::int64_t i = tile.in_begin; i < tile.in_end; ++i) {
      const float* row = values + tile.base + i * c_out_;
      for (std::int64_t j = tile.out_begin; j < tile.out_end; ++j) sum += std::abs(row[j]);
    }
    const std::int64_t count = (tile.in_end - tile.in_begin) * (tile.out_end - tile.out_begin);
    scores[unit] = static_cast<float>(sum / static_cast<double>(count));
  });
  return scores;
}

std::vector<std::uint8_t> MaskUnits::read(const std::uint8_t* mask, Offsets offsets) const {
  std::vector<std::uint8_t> kept(offsets.size() * static_cast<std::size_t>(per_offset()));
  if (single()) {
    for (std::size_t k = 0; k < offsets.size(); ++k)
      std::copy_n(mask + offsets[k] * per_offset(), per_offset(),
                  kept.data() + static_cast<std::int64_t>(k) * per_offset());
    return kept;
  }
  for_each_tile(offsets, [&](std::size_t unit, const Tile& tile) {
    kept[unit] = mask[tile.base + tile.in_begin * c_out_ + tile.out_begin];
  });
  return kept;
}

void MaskUnits::write(const std::vector<std::uint8_t>& kept, Offsets offsets,
                      std::uint8_t* mask) const {
  if (single()) {
    for (std::size_t k = 0; k < offsets.size(); ++k)
      std::copy_n(kept.data() + static_cast<std::int64_t>(k) * per_offset(), per_offset(),
                  mask + offsets[k] * per_offset());
    return;
  }
  for_each_tile(offsets, [&](std::size_t unit, const Tile& tile) {
    for (std::int64_t i = tile.in_begin; i < tile.in_end; ++i)
      std::fill(mask + tile.base + i * c_out_ + tile.out_begin,
                mask + tile.base + i * c_out_ + tile.out_end, kept[unit]);
  });
}

}  // namespace lsk3d
