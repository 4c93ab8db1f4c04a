// SPDX-License-Identifier: MIT
#include "device/memory.h"

#include <bit>
#include <map>
#include <mutex>
#include <set>

#include "device/graph.h"
#include "device/staging.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

thread_local cudaStream_t stream_of_thread = nullptr;

/// Capacity of the bucket of `bytes`: four steps to a power of two, 512 bytes at least.
std::size_t bucket_of(std::size_t bytes) {
  if (bytes <= 512) return 512;
  const std::size_t step = std::bit_floor(bytes - 1) / 4;
  return (bytes + step - 1) / step * step;
}

struct Place {  // where a block may be used again
  int device;
  cudaStream_t stream;
  std::size_t capacity;
  auto operator<=>(const Place&) const = default;
};

class Cache {
 public:
  void* allocate(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    Place place{0, current_stream(), bucket_of(bytes)};
    check(cudaGetDevice(&place.device), "asking for the current GPU");
    std::vector<void*>& free = free_[place];
    void* memory = nullptr;
    if (free.empty()) {
      memory = fresh(place.capacity);
    } else {  // the one freed last: the likeliest to lie in the GPU's cache
      memory = free.back();
      free.pop_back();
    }
    used_[memory] = place;
    return memory;
  }

  void release(void* memory) noexcept {
    const std::lock_guard lock(mutex_);
    const auto it = used_.find(memory);
    if (it == used_.end()) return;
    free_[it->second].push_back(memory);
    used_.erase(it);
  }

  void empty() {
    const std::lock_guard lock(mutex_);
    drop();
  }

  void keep(cudaStream_t stream) {
    const std::lock_guard lock(mutex_);
    kept_.insert(stream);
  }

  void drop_kept(cudaStream_t stream) {
    const std::lock_guard lock(mutex_);
    kept_.erase(stream);
    for (auto& [place, blocks] : free_)
      if (place.stream == stream) hand_back(blocks);
  }

 private:
  void* fresh(std::size_t capacity) {
    void* memory = nullptr;
    cudaError_t status = cudaMalloc(&memory, capacity);
    if (status == cudaErrorMemoryAllocation) {  // cached blocks of other sizes may be in the way
      cudaGetLastError();
      drop();
      status = cudaMalloc(&memory, capacity);
    }
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      std::size_t free = 0, total = 0, used = 0;
      cudaMemGetInfo(&free, &total);
      for (const auto& [unused, place] : used_) used += place.capacity;
      throw DeviceError(
          str_cat("out of GPU memory: asked for ", capacity >> 20, " MiB, ", free >> 20, " MiB of ",
                  total >> 20, " MiB free, ", used >> 20,
                  " MiB in use here; lower train.batch_size, model.channels or the voxel "
                  "grid, or use --device cpu"));
    }
    check(status, "allocating memory");
    return memory;
  }

  void drop() {
    for (auto& [place, blocks] : free_)
      if (!kept_.contains(place.stream)) hand_back(blocks);
  }

  static void hand_back(std::vector<void*>& blocks) {
    for (void* memory : blocks) cudaFree(memory);
    blocks.clear();
  }

  std::mutex mutex_;
  std::map<Place, std::vector<void*>> free_;
  std::map<void*, Place> used_;
  std::set<cudaStream_t> kept_;
};

Cache& cache() {
  static Cache* one = new Cache;  // never destroyed: the driver may be gone by then
  return *one;
}

}  // namespace

cudaStream_t current_stream() { return stream_of_thread; }
void set_current_stream(cudaStream_t stream) { stream_of_thread = stream; }

void* allocate(std::size_t bytes) { return cache().allocate(bytes); }
void release(void* memory) noexcept { cache().release(memory); }
void empty_cache() { cache().empty(); }
void keep_cached(cudaStream_t stream) { cache().keep(stream); }
void drop_cached(cudaStream_t stream) { cache().drop_kept(stream); }

void copy_to_gpu(void* to, const void* from, std::size_t bytes) {
  LSK3D_ASSERT(!recording(), "a copy of ", bytes, " bytes from the host in a graph: it would be read again later");
  if (bytes >= kStagedBytes) return upload_staged(to, from, bytes);
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, current_stream()),
        "copying to the GPU");
}

void copy_to_host(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, current_stream()),
        "copying from the GPU");
  check(cudaStreamSynchronize(current_stream()), "waiting for the GPU");
}

void set_zero(void* memory, std::size_t bytes) {
  check(cudaMemsetAsync(memory, 0, bytes, current_stream()), "clearing memory");
}

}  // namespace lsk3d::cuda
