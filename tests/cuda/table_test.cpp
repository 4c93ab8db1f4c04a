// SPDX-License-Identifier: MIT
#include <cstring>

#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

TEST(CudaTable, HasNoHole) {
  const Kernels& table = gpu_kernels();
  for (std::size_t i = 0; i < sizeof(Kernels); i += sizeof(void (*)())) {
    std::uintptr_t entry = 0;
    std::memcpy(&entry, reinterpret_cast<const char*>(&table) + i, sizeof entry);
    EXPECT_NE(entry, 0u) << "entry " << i / sizeof(void (*)()) << " of struct Kernels is null";
  }
}

TEST(CudaMemory, FreedBlocksAreUsedAgain) {
  void* const first = cuda::allocate(100000);
  cuda::release(first);
  void* const second = cuda::allocate(99000);  // of the same bucket
  EXPECT_EQ(first, second);
  cuda::release(second);
  cuda::empty_cache();
}

}  // namespace
}  // namespace lsk3d::cuda_test
