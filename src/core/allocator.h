// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <memory>

namespace lsk3d {

/// 64-byte-aligned host memory from a cache of freed blocks: large activations come and go every
/// step, and fresh pages from the kernel cost more than the arithmetic on them. Contents are
/// undefined unless `zeroed`; a large block that is zero costs nothing until it is written. Thread-safe. Throws DeviceError when memory runs out.
std::shared_ptr<std::byte> allocate_host(std::size_t bytes, bool zeroed = false);

}  // namespace lsk3d
