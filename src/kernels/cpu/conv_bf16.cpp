// SPDX-License-Identifier: MIT
#include "cpu/conv_bf16.h"

#include <algorithm>
#include <cstring>

#include "cpu/bf16_product.h"
#include "cpu/tile_pairs.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/tensor.h"

namespace lsk3d {
namespace {

int blocks_of(int channels, int block) { return (channels + block - 1) / block; }

/// The rows of the input in bf16, padded to whole read blocks. bf16 tensors hold 16-bit patterns.
Tensor convert_input(const ConvForwardArgs& a, int read_blocks) {
  const std::int64_t stride = std::int64_t{read_blocks} * kBf16ReadBlock;
  Tensor converted = Tensor::empty({a.input_rows, stride}, DType::bf16);
  auto* to = static_cast<std::uint16_t*>(converted.raw());
  const auto* from = static_cast<const float*>(a.input);
  parallel_for(a.input_rows, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      for (int c = 0; c < a.c_in; ++c) to[r * stride + c] = round_to_bf16(from[r * a.c_in + c]);
      std::fill(to + r * stride + a.c_in, to + (r + 1) * stride, std::uint16_t{0});
    }
  });
  return converted;
}

/// The weights of the active offsets in the layout of Bf16Product::weight, offset by offset.
Tensor pack_weights(const ConvForwardArgs& a, const ActiveBlocks& active, int read_blocks,
                    int write_blocks) {
  constexpr int kElements = kBf16ReadBlock * kBf16WriteBlock;
  const std::int64_t slab = std::int64_t{read_blocks} * write_blocks * kElements;
  Tensor packed =
      Tensor::empty({static_cast<std::int64_t>(active.offsets().size()), slab}, DType::bf16);
  auto* target = static_cast<std::uint16_t*>(packed.raw());
  parallel_for(packed.dim(0), 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      const float* from =
          static_cast<const float*>(a.weight) +
          active.offsets()[static_cast<std::size_t>(n)] * std::int64_t{a.c_in} * a.c_out;
      std::uint16_t* to = target + n * slab;
      std::memset(to, 0, static_cast<std::size_t>(slab) * 2);
      for (int i = 0; i < a.c_in; ++i) {
        const int read = i / kBf16ReadBlock, inside = i % kBf16ReadBlock;
        for (int o = 0; o < a.c_out; ++o) {
          const int block = read * write_blocks + o / kBf16WriteBlock;
          to[block * kElements + (inside / 2 * kBf16WriteBlock + o % kBf16WriteBlock) * 2 +
             inside % 2] = round_to_bf16(from[i * a.c_out + o]);
        }
      }
    }
  });
  return packed;
}

}  // namespace

bool conv_forward_bf16(const ConvForwardArgs& a, const ActiveBlocks& active, std::int64_t tile) {
  const Bf16ProductFunction multiply = bf16_product_function();
  if (!multiply) return false;
  const int read_blocks = blocks_of(a.c_in, kBf16ReadBlock);
  const int write_blocks = blocks_of(a.c_out, kBf16WriteBlock);
  const Tensor input = convert_input(a, read_blocks);
  const Tensor weights = pack_weights(a, active, read_blocks, write_blocks);
  const TilePairs pairs(a.pairs, active.offsets(), /*transposed=*/false, a.output_rows, tile);
  float* output = static_cast<float*>(a.output);
  parallel_for(a.output_rows, tile, [&](std::int64_t begin, std::int64_t end) {
    std::fill(output + begin * a.c_out, output + end * a.c_out, 0.0f);
    Bf16Product product;
    product.input = static_cast<const std::uint16_t*>(input.raw());
    product.read_blocks = read_blocks;
    product.write_blocks = write_blocks;
    product.output = output;
    product.output_stride = a.c_out;
    product.columns = a.c_out;
    for (std::size_t n = 0; n < active.offsets().size(); ++n) {
      const OffsetPairs now = pairs.at(begin / tile, n);
      if (now.count == 0) continue;
      product.in_rows = now.in;
      product.out_rows = now.out;
      product.count = now.count;
      product.weight = static_cast<const std::uint16_t*>(weights.raw()) +
                       static_cast<std::int64_t>(n) * weights.dim(1);
      multiply(product);
    }
  });
  return true;
}

}  // namespace lsk3d
