// SPDX-License-Identifier: MIT
#include "arena.h"

#include <sys/mman.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>

#include "sanitizers.h"

namespace cuda_emulation {
namespace {

constexpr std::size_t kAlignment = 256, kBytes = std::size_t{2} << 30;

std::size_t rounded(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment + (bytes == 0 ? kAlignment : 0);
}

/// One stretch of addresses, open or closed as a whole; first fit.
class Arena {
 public:
  static Arena& instance() {
    static auto* arena = new Arena;
    return *arena;
  }

  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    for (auto it = free_.begin(); it != free_.end(); ++it) {
      if (it->second < bytes) continue;
      const auto [at, size] = *it;
      free_.erase(it);
      if (size > bytes) free_[at + bytes] = size - bytes;
      return at;
    }
    return nullptr;
  }

  void give(std::byte* memory, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    auto it = free_.emplace(memory, bytes).first;
    if (const auto next = std::next(it);
        next != free_.end() && it->first + it->second == next->first) {
      it->second += next->second;
      free_.erase(next);
    }
    if (it == free_.begin()) return;
    const auto before = std::prev(it);
    if (before->first + before->second != it->first) return;
    before->second += it->second;
    free_.erase(it);
  }

  void open() {
    const std::lock_guard lock(mutex_);
    if (users_++ == 0) protect(PROT_READ | PROT_WRITE);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    if (--users_ == 0) protect(PROT_NONE);
  }

 private:
  Arena() {
    void* memory =
        mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("emulated GPU: no address space");
    begin_ = static_cast<std::byte*>(memory);
    free_[begin_] = kBytes;
  }
  void protect(int how) { mprotect(begin_, kBytes, how); }

  std::mutex mutex_;
  std::byte* begin_ = nullptr;
  std::map<std::byte*, std::size_t> free_;
  int users_ = 0;
};

}  // namespace

bool device_memory_is_guarded() { return !__sanitizer_start_switch_fiber && !__tsan_create_fiber; }

void* take_device_memory(std::size_t bytes) {
  if (!device_memory_is_guarded()) return std::aligned_alloc(kAlignment, rounded(bytes));
  return Arena::instance().take(rounded(bytes));
}

void give_device_memory(void* memory, std::size_t bytes) {
  if (!device_memory_is_guarded()) return std::free(memory);
  Arena::instance().give(static_cast<std::byte*>(memory), rounded(bytes));
}

DeviceAccess::DeviceAccess() {
  if (device_memory_is_guarded()) Arena::instance().open();
}

DeviceAccess::~DeviceAccess() {
  if (device_memory_is_guarded()) Arena::instance().close();
}

}  // namespace cuda_emulation
