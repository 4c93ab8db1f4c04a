// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "device/check.h"

namespace lsk3d::cuda {

/// The stream that work of this thread goes to: unless set, the default stream of its current GPU,
/// which select_device() chose. All launches and copies take it from here.
cudaStream_t current_stream();
void set_current_stream(cudaStream_t stream);

/// Memory of the current GPU from a cache of freed blocks, in buckets of capacity, so that a step that
/// needs a little more than the last one finds the same blocks. A block freed is at once free for
/// later work of the same stream. Throws DeviceError that says how much was asked and had.
void* allocate(std::size_t bytes);
void release(void* memory) noexcept;
/// Hands cached blocks back to the driver.
void empty_cache();
/// Free blocks of `stream` stay cached until drop_cached(): a recorded graph goes on using them.
void keep_cached(cudaStream_t stream);
void drop_cached(cudaStream_t stream);

/// Host to GPU; pageable host memory is free to change after the call. Large copies go through
/// pinned memory (see staging.h).
void copy_to_gpu(void* to, const void* from, std::size_t bytes);
/// GPU to host; waits for the stream.
void copy_to_host(void* to, const void* from, std::size_t bytes);
void set_zero(void* memory, std::size_t bytes);

/// `size` elements on the GPU, uninitialised; moves, does not copy.
template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t size)
      : data_(static_cast<T*>(allocate(static_cast<std::size_t>(size) * sizeof(T)))), size_(size) {}
  explicit Buffer(std::span<const T> values) : Buffer(static_cast<std::int64_t>(values.size())) {
    copy_to_gpu(data_, values.data(), values.size_bytes());
  }
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() {
    if (data_) release(data_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::int64_t size() const { return size_; }
  void zero() { set_zero(data_, static_cast<std::size_t>(size_) * sizeof(T)); }
  std::vector<T> to_host() const {
    std::vector<T> values(static_cast<std::size_t>(size_));
    copy_to_host(values.data(), data_, values.size() * sizeof(T));
    return values;
  }

 private:
  T* data_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace lsk3d::cuda
