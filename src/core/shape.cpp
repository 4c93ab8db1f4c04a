// SPDX-License-Identifier: MIT
#include "lsk3d/core/shape.h"

#include "lsk3d/core/check.h"

namespace lsk3d {

std::int64_t numel(const Shape& shape) {
  std::int64_t count = 1;
  bool overflow = false;
  for (std::int64_t extent : shape) {
    LSK3D_CHECK(extent >= 0, UsageError, "shape ", to_string(shape), " has a negative extent");
    overflow |= __builtin_mul_overflow(count, extent, &count);
  }
  LSK3D_CHECK(!overflow, UsageError, "shape ", to_string(shape), " has over 2^63 elements");
  return count;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace lsk3d
