// SPDX-License-Identifier: MIT
#include "cpu/bf16_product.h"

namespace lsk3d {

Bf16ProductFunction bf16_product_function() { return nullptr; }

}  // namespace lsk3d
