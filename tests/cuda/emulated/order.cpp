// SPDX-License-Identifier: MIT
#include "block.h"
#include "parity.h"

namespace lsk3d::cuda_test {

void reverse_order(bool reversed) { cuda_emulation::set_reversed_order(reversed); }

}  // namespace lsk3d::cuda_test
