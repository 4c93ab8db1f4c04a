// SPDX-License-Identifier: MIT
#pragma once

namespace lsk3d::cuda {

/// The block's shared memory whose size the launch gives; 16-byte-aligned.
template <typename T>
__device__ __forceinline__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char lsk3d_dynamic_shared[];
  return reinterpret_cast<T*>(lsk3d_dynamic_shared);
}

}  // namespace lsk3d::cuda
