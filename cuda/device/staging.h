// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

namespace lsk3d::cuda {

constexpr std::size_t kStagedBytes = std::size_t{64} << 10;  // below: the driver is as fast

/// Host to GPU in pieces through a small ring of pinned blocks, so that while one piece is on its way
/// the next is written, and the call returns before the last has arrived. `from` is free to change after
/// the call. Thread-safe.
void upload_staged(void* to, const void* from, std::size_t bytes);

}  // namespace lsk3d::cuda
