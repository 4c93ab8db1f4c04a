// SPDX-License-Identifier: MIT
// Instructions that C++ has no words for, one thin function each. tests/cuda_emulation has a header
// of this name that does the same in plain C++: include it as <device/ptx.h>, so that a build can put
// that one first.
#pragma once
#include <cstdint>

namespace lsk3d::cuda {

/// d += a · b with a [16, 16] and b [16, 8] of bfloat16, d [16, 8] of float, spread over the warp.
/// With g = lane / 4 and q = lane % 4 a lane holds
///   a[0], a[1]: rows g and g + 8, columns 2q and 2q + 1;  a[2], a[3]: the same, columns + 8;
///   b[0], b[1]: column g, rows 2q and 2q + 1, and rows + 8;
///   d[0], d[1]: row g, columns 2q and 2q + 1;  d[2], d[3]: row g + 8.
/// From sm_80 on; on older GPUs the caller sees to it that it is not called.
__device__ __forceinline__ void multiply_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                              const std::uint32_t (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  asm volatile("trap;");
#endif
}

/// Four 8 × 8 matrices of 16-bit numbers from shared memory: lane 8m + r gives the address of row r of
/// matrix m, 16 bytes aligned to that; d[m] of lane (g, q) gets numbers 2q and 2q + 1 of its row g. A
/// matrix whose rows are columns of multiply_bf16's b is half of that operand.
__device__ __forceinline__ void load_matrices(std::uint32_t (&d)[4], const void* row) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(address)
               : "memory");
}

/// a · b rounded to float: never the first half of a fused multiply-add.
__device__ __forceinline__ float rounded_product(float a, float b) { return __fmul_rn(a, b); }

}  // namespace lsk3d::cuda
