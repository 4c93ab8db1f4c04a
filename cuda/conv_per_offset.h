// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "device/blas.h"
#include "device/memory.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

/// The dataflow that sparse libraries have for kernels of this size: for each offset its rows
/// gathered, one dense product by cuBLASLt, and the results added to their rows. To measure against
/// and to check large convs with; needs has_blas().
class PerOffsetConv {
 public:
  /// `pairs`: lists on the GPU, valid as long as this.
  PerOffsetConv(const PairLists& pairs, int c_in, int c_out, DType operands);
  /// Operands [rows, c_in] and [K, c_in, c_out] in f32 or bf16, as said before; output
  /// [output_rows, c_out] in f32, overwritten.
  void run(const void* input, const void* weight, float* output, std::int64_t output_rows);

 private:
  PairLists pairs_;
  int c_in_, c_out_;
  DType operands_;
  std::vector<std::int32_t> offsets_;  // with pairs
  std::vector<BlasProduct> products_;  // of those
  Buffer<std::uint8_t> gathered_;
  Buffer<float> products_of_rows_;
};

}  // namespace lsk3d::cuda
