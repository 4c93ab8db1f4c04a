// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/kernels/loss.h"

namespace lsk3d {

void cpu_lovasz_softmax(const LossArgs& args);

}  // namespace lsk3d
