// SPDX-License-Identifier: MIT
#include "device/staging.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>

#include "device/check.h"
#include "device/memory.h"

namespace lsk3d::cuda {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20;
constexpr int kBlocks = 4;

/// Pinned blocks of one GPU, used in turn; each is free again once the copy out of it is done.
class Ring {
 public:
  void upload(std::byte* to, const std::byte* from, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    for (std::size_t done = 0; done < bytes; done += kBlockBytes) {
      const std::size_t piece = std::min(kBlockBytes, bytes - done);
      Block& block = blocks_[next_];
      next_ = (next_ + 1) % kBlocks;
      prepare(block);
      std::memcpy(block.memory, from + done, piece);
      check(cudaMemcpyAsync(to + done, block.memory, piece, cudaMemcpyHostToDevice, current_stream()),
            "copying to the GPU");
      check(cudaEventRecord(block.copied, current_stream()), "marking a copy");
    }
  }

 private:
  struct Block {
    void* memory = nullptr;
    cudaEvent_t copied = nullptr;
  };

  static void prepare(Block& block) {
    if (block.memory) {
      check(cudaEventSynchronize(block.copied), "waiting for a copy to the GPU");
      return;
    }
    check(cudaEventCreateWithFlags(&block.copied, cudaEventDisableTiming), "making an event");
    check(cudaMallocHost(&block.memory, kBlockBytes), "allocating pinned host memory");
  }

  std::mutex mutex_;
  std::array<Block, kBlocks> blocks_;
  std::size_t next_ = 0;
};

Ring& ring_of_current_gpu() {
  static auto* mutex = new std::mutex;  // never destroyed: the driver may be gone by then
  static auto* rings = new std::map<int, Ring>;
  int device = 0;
  check(cudaGetDevice(&device), "asking for the current GPU");
  const std::lock_guard lock(*mutex);
  return (*rings)[device];
}

}  // namespace

void upload_staged(void* to, const void* from, std::size_t bytes) {
  ring_of_current_gpu().upload(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
}

}  // namespace lsk3d::cuda
