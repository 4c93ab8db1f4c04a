// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/packed_weight.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "lsk3d/core/check.h"
#include "lsk3d/io/deflate.h"
#include "mask_pattern.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kBlock = 16;

/// Input channels of one offset: C_in, of a depth-wise weight [kz, ky, kx, C] 1.
std::int64_t inputs_of(const Shape& shape) { return shape.size() == 5 ? shape[3] : 1; }

/// How a weight falls into tiles that are stored whole, in the order of their numbers.
struct Tiling {
  Tiling(const Shape& shape, const std::string& layout) {
    LSK3D_ASSERT(
        (shape.size() == 5 || shape.size() == 4) && (layout == "offset" || layout == "block"),
        layout, " tiles of ", to_string(shape));
    c_in = inputs_of(shape), c_out = shape.back();
    offsets = shape[0] * shape[1] * shape[2];
    tile_in = layout == "offset" ? c_in : kBlock;
    tile_out = layout == "offset" ? c_out : kBlock;
    across_in = (c_in + tile_in - 1) / tile_in;
    across_out = (c_out + tile_out - 1) / tile_out;
  }
  std::int64_t count() const { return offsets * across_in * across_out; }
  /// Calls body(first weight, how many) for each row of a tile.
  template <typename Body>
  void rows(std::int64_t tile, Body body) const {
    const std::int64_t k = tile / (across_in * across_out),
                       in = tile / across_out % across_in * tile_in,
                       out = tile % across_out * tile_out;
    for (std::int64_t i = in; i < std::min(in + tile_in, c_in); ++i)
      body((k * c_in + i) * c_out + out, std::min(tile_out, c_out - out));
  }
  std::int64_t c_in, c_out, offsets, tile_in, tile_out, across_in, across_out;
};

template <typename T>
Tensor tensor_of(const std::vector<T>& values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
}

void store_values(const std::vector<float>& kept, DType dtype, PackedWeight& packed) {
  LSK3D_ASSERT(dtype == DType::f32 || dtype == DType::bf16, "values packed as ", to_string(dtype));
  const auto n = static_cast<std::int64_t>(kept.size());
  const Tensor values = tensor_of(kept).to(dtype);
  const auto width = static_cast<std::int64_t>(size_of(dtype));
  const auto* bytes = static_cast<const std::byte*>(values.raw());  // little-endian, as the file is
  std::vector<std::byte> high(kept.size());
  packed.low = Tensor::empty({n, width - 1}, DType::u8);
  for (std::int64_t i = 0; i < n; ++i) {
    std::memcpy(packed.low.data<std::uint8_t>() + i * (width - 1), bytes + i * width,
                static_cast<std::size_t>(width - 1));
    high[static_cast<std::size_t>(i)] = bytes[i * width + width - 1];
  }
  const std::vector<std::byte> deflated = deflate_bytes(high);
  packed.high = Tensor::empty({static_cast<std::int64_t>(deflated.size())}, DType::u8);
  std::memcpy(packed.high.raw(), deflated.data(), deflated.size());
}

std::vector<float> stored_values(const PackedWeight& packed, std::int64_t most,
                                 const std::string& name) {
  const bool fits = packed.low.dtype() == DType::u8 && packed.low.rank() == 2 &&
                    (packed.low.dim(1) == 3 || packed.low.dim(1) == 1) &&
                    packed.low.dim(0) <= most && packed.high.dtype() == DType::u8 &&
                    packed.high.rank() == 1;
  LSK3D_CHECK(fits, DataError, name, ": expected packed values u8 [at most ", most,
              ", 1 or 3] and u8 [bytes], found ", to_string(packed.low.dtype()), " ",
              to_string(packed.low.shape()), " and ", to_string(packed.high.dtype()), " ",
              to_string(packed.high.shape()));
  const std::int64_t n = packed.low.dim(0), width = packed.low.dim(1) + 1;
  const std::vector<std::byte> high =
      inflate_bytes({static_cast<const std::byte*>(packed.high.raw()), packed.high.bytes()},
                    static_cast<std::uint64_t>(n), name);
  Tensor values = Tensor::empty({n}, width == 4 ? DType::f32 : DType::bf16);
  auto* bytes = static_cast<std::byte*>(values.raw());
  for (std::int64_t i = 0; i < n; ++i) {
    std::memcpy(bytes + i * width, packed.low.data<std::uint8_t>() + i * (width - 1),
                static_cast<std::size_t>(width - 1));
    bytes[i * width + width - 1] = high[static_cast<std::size_t>(i)];
  }
  const Tensor wide = values.to(DType::f32);
  const auto span = wide.span<float>();
  return {span.begin(), span.end()};
}

/// Hands out stored values one after the other.
class Values {
 public:
  Values(std::vector<float> values, const std::string& name)
      : values_(std::move(values)), name_(name) {}
  void copy(float* to, std::int64_t count) {
    LSK3D_CHECK(count <= static_cast<std::int64_t>(values_.size()) - next_, DataError, name_,
                ": its index names more weights than the ", values_.size(), " that are stored");
    std::copy_n(values_.begin() + next_, count, to);
    next_ += count;
  }
  void finish() const {
    LSK3D_CHECK(next_ == static_cast<std::int64_t>(values_.size()), DataError, name_,
                ": its index names ", next_, " weights, ", values_.size(), " are stored");
  }

 private:
  std::vector<float> values_;
  std::int64_t next_ = 0;
  const std::string& name_;
};

void unpack_elements(const Tensor& index, Values& values, Tensor& weight, const std::string& name) {
  const std::int64_t n = weight.numel();
  LSK3D_CHECK(index.dtype() == DType::u8 && index.shape() == Shape{(n + 7) / 8}, DataError, name,
              ": expected a bit mask u8 [", (n + 7) / 8, "], found ", to_string(index.dtype()), " ",
              to_string(index.shape()));
  const std::uint8_t* bits = index.data<std::uint8_t>();
  for (std::int64_t i = 0; i < (n + 7) / 8 * 8; ++i) {
    if (!(bits[i / 8] >> (i % 8) & 1)) continue;
    LSK3D_CHECK(i < n, DataError, name, ": its bit mask has bits set beyond the last weight");
    values.copy(weight.data<float>() + i, 1);
  }
}

void unpack_tiles(const Tensor& index, const Tiling& tiling, Values& values, Tensor& weight,
                  const std::string& name) {
  LSK3D_CHECK(index.dtype() == DType::i32 && index.rank() == 1, DataError, name,
              ": expected a list of tiles i32 [kept], found ", to_string(index.dtype()), " ",
              to_string(index.shape()));
  std::int64_t before = -1;
  for (std::int32_t tile : index.span<std::int32_t>()) {
    LSK3D_CHECK(tile > before && tile < tiling.count(), DataError, name,
                ": expected rising tile numbers below ", tiling.count(), ", found ", tile,
                " after ", before);
    tiling.rows(tile, [&](std::int64_t first, std::int64_t count) {
      values.copy(weight.data<float>() + first, count);
    });
    before = tile;
  }
}

}  // namespace

PackedWeight pack_weight(const Tensor& weight, const std::string& layout, DType dtype) {
  PackedWeight packed;
  std::vector<float> kept;
  const float* values = weight.data<float>();
  if (layout == "element") {
    packed.index = Tensor::zeros({(weight.numel() + 7) / 8}, DType::u8);
    std::uint8_t* bits = packed.index.data<std::uint8_t>();
    for (std::int64_t i = 0; i < weight.numel(); ++i)
      if (values[i] != 0) {
        bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1u << (i % 8));
        kept.push_back(values[i]);
      }
  } else {
    const Tiling tiling(weight.shape(), layout);
    std::vector<std::int32_t> tiles;
    for (std::int64_t tile = 0; tile < tiling.count(); ++tile) {
      bool any = false;
      tiling.rows(tile, [&](std::int64_t first, std::int64_t count) {
        any = any ||
              std::any_of(values + first, values + first + count, [](float w) { return w != 0; });
      });
      if (!any) continue;
      tiles.push_back(static_cast<std::int32_t>(tile));
      tiling.rows(tile, [&](std::int64_t first, std::int64_t count) {
        kept.insert(kept.end(), values + first, values + first + count);
      });
    }
    packed.index = tensor_of(tiles);
  }
  store_values(kept, dtype, packed);
  return packed;
}

Tensor unpack_weight(const PackedWeight& packed, const std::string& layout, const Shape& shape,
                     const std::string& name) {
  Tensor weight = Tensor::zeros(shape);
  Values values(stored_values(packed, weight.numel(), name), name);
  if (layout == "element") unpack_elements(packed.index, values, weight, name);
  else unpack_tiles(packed.index, Tiling(shape, layout), values, weight, name);
  values.finish();
  return weight;
}

std::shared_ptr<const WeightPattern> pattern_of_zeros(const Tensor& weight,
                                                      const std::string& layout) {
  Tensor mask = Tensor::empty(weight.shape(), DType::u8);
  const float* values = weight.data<float>();
  std::transform(values, values + weight.numel(), mask.data<std::uint8_t>(),
                 [](float w) { return static_cast<std::uint8_t>(w != 0); });
  const std::int64_t c_in = inputs_of(weight.shape()), c_out = weight.dim(-1);
  return make_pattern(mask.data<std::uint8_t>(), weight.numel() / (c_in * c_out), c_in, c_out,
                      layout == "block");
}

}  // namespace lsk3d
