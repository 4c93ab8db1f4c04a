// SPDX-License-Identifier: MIT
#pragma once
#include "cpu/active_blocks.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d {

/// The forward pass with ConvForwardArgs::bf16, `tile` output rows to a task; false where this
/// processor has no bf16 arithmetic, and then nothing was done. Inactive blocks of an active offset
/// must hold zeros: they are multiplied.
bool conv_forward_bf16(const ConvForwardArgs& args, const ActiveBlocks& active, std::int64_t tile);

}  // namespace lsk3d
