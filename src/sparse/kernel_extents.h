// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d {

/// Throws UsageError that opens with `what` unless all are 1 … 255 and, where asked, odd.
void check_extents(const char* what, KernelSize kernel, bool odd);

}  // namespace lsk3d
