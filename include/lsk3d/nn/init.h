// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/nn/parameter.h"

namespace lsk3d {

/// Fills with U(−1/√fan_in, 1/√fan_in): Kaiming-uniform with a = √5 (He et al. 2015), the default
/// of PyTorch's Linear for weight and bias alike, and of the release's convs. The numbers depend on
/// `seed`, the parameter's name and its element count only.
void fill_uniform(Parameter& parameter, std::int64_t fan_in, std::uint64_t seed);

}  // namespace lsk3d
