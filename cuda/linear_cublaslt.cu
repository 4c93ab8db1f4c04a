// SPDX-License-Identifier: MIT
#include "linear_cublaslt.h"

#include <cstdint>
#include <map>
#include <tuple>

#include "device/blas.h"
#include "device/check.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

/// Bytes to which all of these are aligned, 256 at most.
std::size_t alignment_of(std::initializer_list<const void*> pointers) {
  std::uintptr_t bits = 256;
  for (const void* p : pointers) bits |= reinterpret_cast<std::uintptr_t>(p);
  return bits & (~bits + 1);
}

/// The product of a shape in f32, chosen once: the choice takes the host longer than a launch.
const BlasProduct& product_of(const BlasShape& s) {
  constexpr std::size_t kMost = 1024;  // scans have ever new numbers of voxels
  using Key = std::tuple<int, std::int64_t, std::int64_t, std::int64_t, bool, bool, std::size_t>;
  thread_local std::map<Key, BlasProduct> products;  // a product is of one thread, as its handle
  int device = 0;
  check(cudaGetDevice(&device), "asking for the current GPU");
  const Key key{device, s.m, s.n, s.k, s.b_transposed, s.bias, s.alignment};
  const auto found = products.find(key);
  if (found != products.end()) return found->second;
  if (products.size() == kMost) products.clear();
  return products.emplace(key, BlasProduct(s)).first->second;
}

}  // namespace

void linear_forward_cublaslt(const LinearForwardArgs& a) {
  LSK3D_ASSERT(a.dtype == DType::f32, "cuBLASLt for ", to_string(a.dtype));
  if (a.n == 0) return;
  product_of({.dtype = a.dtype,
              .m = a.n,
              .n = a.c_out,
              .k = a.c_in,
              .b_transposed = true,
              .bias = a.bias != nullptr,
              .alignment = alignment_of({a.x, a.weight, a.bias, a.y})})
      .run(a.x, a.weight, a.bias, a.y);
}

void linear_input_gradient_cublaslt(const LinearBackwardArgs& a) {
  LSK3D_ASSERT(a.dtype == DType::f32, "cuBLASLt for ", to_string(a.dtype));
  if (a.n == 0) return;
  product_of({.dtype = a.dtype,
              .m = a.n,
              .n = a.c_in,
              .k = a.c_out,
              .alignment = alignment_of({a.grad_y, a.weight, a.grad_x})})
      .run(a.grad_y, a.weight, nullptr, a.grad_x);
}

}  // namespace lsk3d::cuda
