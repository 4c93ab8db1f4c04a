// SPDX-License-Identifier: MIT
#include "allocator.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
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

/// Sizes are rounded up to eighths of a power of two, so that scans of slightly different size
/// share blocks at a waste of at most 12.5 %.
std::size_t bucket_size(std::size_t bytes) {
  const std::size_t step = std::max(std::bit_floor(bytes) / 8, kAlignment);
  return (bytes + step - 1) / step * step;
}

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Bytes of address space from the system, at a multiple of kHugePage; null when there are none. Zero,
/// and no memory yet where nothing was written.
std::byte* map_pages(std::size_t bytes) {
  const std::size_t spare = bytes + kHugePage;  // to find the multiple in
  void* all = mmap(nullptr, spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  auto* begin = static_cast<std::byte*>(all);
  const std::size_t before =
      (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t pages = (bytes + page - 1) / page * page;
  if (before > 0) munmap(begin, before);
  munmap(begin + before + pages, spare - before - pages);
  // A wish: where the system has no huge pages, the block is as good without. A conv gathers rows from
  // all over it, and with pages of 4 KiB it would wait for address translation. The last, partial
  // huge page stays small, so nothing is wasted.
  (void)madvise(begin + before, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  return begin + before;
}

bool is_mapped(std::size_t bytes) { return bytes >= kHugePage; }

/// A block from the system; null when there is no memory.
std::byte* system_block(std::size_t bytes) {
  if (is_mapped(bytes)) return map_pages(bytes);
  return static_cast<std::byte*>(std::aligned_alloc(kAlignment, bytes));
}

void free_block(std::byte* block, std::size_t bytes) {
  if (is_mapped(bytes)) munmap(block, bytes);
  else std::free(block);
}

constexpr std::size_t kAlwaysKept = std::size_t{2} << 30;

/// Blocks that were freed, by size. It keeps 2 GiB, or as many bytes as were ever in use at once, so
/// that a training step finds all that the one before gave back.
class HostCache {
 public:
  /// Never destroyed: tensors with static lifetime may outlive any static cache.
  static HostCache& instance() {
    static auto* cache = new HostCache;
    return *cache;
  }

  /// `bytes` becomes the size of the block, which may be larger.
  std::byte* take(std::size_t& bytes, bool zeroed) {
    std::byte* block = take_cached(bytes);
    if (block) {
      if (zeroed) std::memset(block, 0, bytes);
      return block;
    }
    block = system_block(bytes);
    if (!block) {
      release_all();
      block = system_block(bytes);
    }
    LSK3D_CHECK(block, DeviceError, "out of memory: asked for ", bytes >> 20,
                " MiB of host memory; lower train.batch_size, model.channels or the voxel grid");
    if (zeroed && !is_mapped(bytes)) std::memset(block, 0, bytes);
    std::lock_guard lock(mutex_);
    note_use(bytes);
    return block;
  }

  void give(std::byte* block, std::size_t bytes) {
    {
      std::lock_guard lock(mutex_);
      in_use_ -= bytes;
      if (cached_ + bytes <= std::max(kAlwaysKept, most_in_use_)) {
        free_[bytes].push_back(block);
        cached_ += bytes;
        return;
      }
    }
    free_block(block, bytes);
  }

  void release_all() {
    std::lock_guard lock(mutex_);
    for (auto& [bytes, blocks] : free_)
      for (std::byte* block : blocks) free_block(block, bytes);
    free_.clear();
    cached_ = 0;
  }

 private:
  /// The smallest block that is large enough, but not more than twice as large: coarser scales then
  /// live in what finer ones have left. Null where there is none.
  std::byte* take_cached(std::size_t& bytes) {
    std::lock_guard lock(mutex_);
    const auto end = free_.upper_bound(2 * bytes);
    for (auto it = free_.lower_bound(bytes); it != end; ++it) {
      if (it->second.empty()) continue;
      std::byte* block = it->second.back();
      it->second.pop_back();
      bytes = it->first;
      cached_ -= bytes;
      note_use(bytes);
      return block;
    }
    return nullptr;
  }

  void note_use(std::size_t bytes) {
    in_use_ += bytes;
    most_in_use_ = std::max(most_in_use_, in_use_);
  }

  std::mutex mutex_;
  std::map<std::size_t, std::vector<std::byte*>> free_;
  std::size_t cached_ = 0, in_use_ = 0, most_in_use_ = 0;
};

}  // namespace

void release_cached_memory() { HostCache::instance().release_all(); }

std::shared_ptr<std::byte> allocate_host(std::size_t bytes, bool zeroed) {
  std::size_t size = bucket_size(std::max(bytes, kAlignment));
  if (size < kSmallest) {
    auto* block = static_cast<std::byte*>(std::aligned_alloc(kAlignment, size));
    LSK3D_CHECK(block, DeviceError, "out of memory: asked for ", size, " bytes of host memory");
    if (zeroed) std::memset(block, 0, size);
    return {block, [](std::byte* p) { std::free(p); }};
  }
  std::byte* block = HostCache::instance().take(size, zeroed);
  return {block, [size](std::byte* p) { HostCache::instance().give(p, size); }};
}

}  // namespace lsk3d
