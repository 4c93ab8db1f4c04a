// SPDX-License-Identifier: MIT
#include "linear_cublaslt.h"

#include <algorithm>
#include <cstdint>

#include "device/blas.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

/// Bytes to which all of these are aligned, 256 at most.
std::size_t alignment_of(std::initializer_list<const void*> pointers) {
  std::uintptr_t bits = 256;
  for (const void* p : pointers) bits |= reinterpret_cast<std::uintptr_t>(p);
  return bits & (~bits + 1);
}

}  // namespace

void linear_forward_cublaslt(const LinearForwardArgs& a) {
  LSK3D_ASSERT(a.dtype == DType::f32, "cuBLASLt for ", to_string(a.dtype));
  if (a.n == 0) return;
  const BlasProduct product({.dtype = a.dtype,
                             .m = a.n,
                             .n = a.c_out,
                             .k = a.c_in,
                             .b_transposed = true,
                             .bias = a.bias != nullptr,
                             .alignment = alignment_of({a.x, a.weight, a.bias, a.y})});
  product.run(a.x, a.weight, a.bias, a.y);
}

}  // namespace lsk3d::cuda
