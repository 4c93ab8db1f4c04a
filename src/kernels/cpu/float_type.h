// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/check.h"
#include "lsk3d/core/dtype.h"

namespace lsk3d {

/// Calls f with a float or a double, as `dtype` says.
template <typename F>
void with_float_type(DType dtype, F&& f) {
  if (dtype == DType::f32) return f(float{});
  LSK3D_ASSERT(dtype == DType::f64, "no CPU kernel for ", to_string(dtype));
  f(double{});
}

}  // namespace lsk3d
