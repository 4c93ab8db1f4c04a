// SPDX-License-Identifier: MIT
// Dense products by cuBLASLt. The library takes 500 MB, ten times what all the rest does, so that
// nothing is linked against it: it is loaded where it is first wanted and there.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "lsk3d/core/dtype.h"

namespace lsk3d::cuda {

/// Whether cuBLASLt is on this machine, of the version that this was built for.
bool has_blas();
/// Whether linear layers take it: where it is there, unless set otherwise, to compare or to test.
bool uses_blas();
void set_uses_blas(bool wanted);
/// What has_blas() looked for, for a message.
std::string blas_library();

/// out [m, n] = a [m, k] · b [k, n] (+ bias [n]), all row by row; a transposed operand lies in
/// memory as [k, m] or [n, k]. f32 and f64, no TF32; bf16 is of the operands, products are then
/// summed and written in f32.
struct BlasShape {
  DType dtype = DType::f32;
  std::int64_t m = 0, n = 0, k = 0;  // all above 0
  bool a_transposed = false, b_transposed = false;
  bool bias = false;
  std::size_t alignment = 16;  // bytes, of all pointers at least
};

/// A product of one shape: what cuBLASLt chose for it, to run many times. Sums have one order,
/// which depends on GPU and version. Throws DeviceError without the library or where it fails.
class BlasProduct {
 public:
  explicit BlasProduct(const BlasShape& shape);
  ~BlasProduct();
  BlasProduct(BlasProduct&&) noexcept;

  /// On current_stream().
  void run(const void* a, const void* b, const void* bias, void* out) const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace lsk3d::cuda
