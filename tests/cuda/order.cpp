// SPDX-License-Identifier: MIT
#include "parity.h"

namespace lsk3d::cuda_test {

void reverse_order(bool) {}  // a GPU has its own order, another one each time

}  // namespace lsk3d::cuda_test
