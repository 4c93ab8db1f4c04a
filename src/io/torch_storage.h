// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "lsk3d/core/tensor.h"
#include "pickle.h"

namespace lsk3d {

/// Bytes of one element as PyTorch stores it.
std::size_t element_size(PickleGlobal storage_type);

/// Gathers a view of a storage into a contiguous tensor of the dtype that read_torch_checkpoint
/// promises. `bytes` is the whole storage. Throws DataError that opens with `what` where the view
/// leaves the storage, or takes more than `budget` bytes; lowers `budget` by what it takes.
Tensor gather(const PickledTensor& view, PickleGlobal type, std::span<const std::byte> bytes,
              std::uint64_t& budget, const std::string& what);

}  // namespace lsk3d
