// SPDX-License-Identifier: MIT
#pragma once
#include "block.h"

namespace lsk3d::cuda {

template <typename T>
T* dynamic_shared() {
  return static_cast<T*>(cuda_emulation::dynamic_shared_memory());
}

}  // namespace lsk3d::cuda
