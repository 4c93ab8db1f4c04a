// SPDX-License-Identifier: MIT
// What a conv that works tile by tile needs to know of a kernel map: made once per map, on the GPU,
// and used by every conv over it.
#pragma once
#include <cstdint>

#include "device/memory.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

constexpr int kPartRows = 128;  // rows that one group of warps writes; a tile has several parts
constexpr int kOctet = 8;       // pairs that the tensor cores take at a time

struct TileShape {
  int parts;     // kPartRows rows each
  int capacity;  // distinct rows that a pass may read, from rows() to 65535
  int rows() const { return parts * kPartRows; }
};

/// A pair of a tile: rows as numbered in the pass and in the part. 0 is no pair.
struct TilePair {
  std::uint32_t bits;
  __host__ __device__ static TilePair of(int in, int out) {
    return {static_cast<std::uint32_t>(in | (out + 1) << 16)};
  }
  __host__ __device__ int in() const { return static_cast<int>(bits & 0xffff); }
  __host__ __device__ int out() const { return static_cast<int>(bits >> 16) - 1; }  // -1: no pair
};

/// Offsets [where the pass before ended, end_offset) of a tile, and the distinct rows they read.
struct TilePass {
  std::int32_t end_offset, rows;
  std::int64_t first_row;  // in halo_rows
};

/// Pointers to GPU memory.
struct TilePlanView {
  int parts;
  std::int64_t offsets, output_rows;
  const std::int32_t* order;        // [output_rows] rows, tile by tile
  const std::int32_t* first_octet;  // [tiles]
  const std::int32_t* starts;       // [tiles, offsets · parts + 1] octets after the tile's first
  const TilePair* pairs;  // [octets, 8]: by tile, offset and part, then by row that is written
  const std::int32_t* first_pass;  // [tiles + 1]
  const TilePass* passes;
  const std::int32_t* halo_rows;  // distinct rows that a pass reads, increasing
};

class TilePlan {
 public:
  /// `pairs`: lists on the GPU. `order` [output_rows]: the rows that are written (in rows for the
  /// input gradient), neighbours in space near each other; see curve_order(). A tile that reads
  /// more than the capacity takes several passes. Waits for nothing.
  TilePlan(const PairLists& pairs, Buffer<std::int32_t> order, bool input_gradient,
           TileShape shape);

  TilePlanView view() const;
  int tiles() const { return tiles_; }
  const TileShape& shape() const { return shape_; }
  bool input_gradient() const { return input_gradient_; }
  /// These two wait for the GPU.
  std::int64_t pass_count() const;
  std::int64_t halo_row_count() const;
  std::int64_t bytes() const;

 private:
  std::int64_t offsets_;
  TileShape shape_;
  int tiles_;
  bool input_gradient_;
  Buffer<std::int32_t> order_, first_octet_, starts_, first_pass_, halo_rows_, totals_;
  Buffer<TilePair> pairs_;
  Buffer<TilePass> passes_;
};

}  // namespace lsk3d::cuda
