// SPDX-License-Identifier: MIT
#include "allocator.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "lsk3d/core/check.h"
#include "lsk3d/core/tensor.h"

namespace lsk3d {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kSmallest = std::size_t{1} << 16;   // below: malloc is fast enough
constexpr std::size_t kCacheLimit = std::size_t{1} << 30;  // bytes kept while unused

/// Sizes are rounded up to eighths of a power of two, so that scans of slightly different size
/// share blocks at a waste of at most 12.5 %.
std::size_t bucket_size(std::size_t bytes) {
  const std::size_t step = std::max(std::bit_floor(bytes) / 8, kAlignment);
  return (bytes + step - 1) / step * step;
}

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// A block from the system; null when there is no memory. Large blocks ask for huge pages: a conv
/// gathers rows from all over them, and with pages of 4 KiB it would wait for address translation.
/// The part of the last huge page that is not ours stays small, so nothing is wasted.
void* system_block(std::size_t bytes) {
  if (bytes < kHugePage) return std::aligned_alloc(kAlignment, bytes);
  void* block = nullptr;
  if (posix_memalign(&block, kHugePage, bytes) != 0) return nullptr;
  // A wish: where the system has no huge pages, the block is as good without.
  (void)madvise(block, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  return block;
}

class HostCache {
 public:
  /// Never destroyed: tensors with static lifetime may outlive any static cache.
  static HostCache& instance() {
    static auto* cache = new HostCache;
    return *cache;
  }

  std::byte* take(std::size_t bytes) {
    {
      std::lock_guard lock(mutex_);
      if (auto it = free_.find(bytes); it != free_.end() && !it->second.empty()) {
        std::byte* block = it->second.back();
        it->second.pop_back();
        cached_ -= bytes;
        return block;
      }
    }
    void* block = system_block(bytes);
    if (!block) {
      release_all();
      block = system_block(bytes);
    }
    LSK3D_CHECK(block, DeviceError, "out of memory: asked for ", bytes >> 20,
                " MiB of host memory; lower train.batch_size, model.channels or the voxel grid");
    return static_cast<std::byte*>(block);
  }

  void give(std::byte* block, std::size_t bytes) {
    {
      std::lock_guard lock(mutex_);
      if (cached_ + bytes <= kCacheLimit) {
        free_[bytes].push_back(block);
        cached_ += bytes;
        return;
      }
    }
    std::free(block);
  }

  void release_all() {
    std::lock_guard lock(mutex_);
    for (auto& [bytes, blocks] : free_)
      for (std::byte* block : blocks) std::free(block);
    free_.clear();
    cached_ = 0;
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::vector<std::byte*>> free_;
  std::size_t cached_ = 0;
};

}  // namespace

void release_cached_memory() { HostCache::instance().release_all(); }

std::shared_ptr<std::byte> allocate_host(std::size_t bytes) {
  const std::size_t size = bucket_size(std::max(bytes, kAlignment));
  if (size < kSmallest) {
    auto* block = static_cast<std::byte*>(std::aligned_alloc(kAlignment, size));
    LSK3D_CHECK(block, DeviceError, "out of memory: asked for ", size, " bytes of host memory");
    return {block, [](std::byte* p) { std::free(p); }};
  }
  return {HostCache::instance().take(size),
          [size](std::byte* p) { HostCache::instance().give(p, size); }};
}

}  // namespace lsk3d
