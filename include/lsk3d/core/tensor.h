// SPDX-License-Identifier: MIT
// A dense, contiguous, row-major array with shared ownership of its memory.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lsk3d/core/check.h"
#include "lsk3d/core/device.h"
#include "lsk3d/core/dtype.h"
#include "lsk3d/core/shape.h"

namespace lsk3d {

/// Copying a Tensor shares its memory (as a pointer does); clone() copies the elements.
/// Not thread-safe for concurrent writes to the same memory.
class Tensor {
 public:
  /// An undefined tensor: defined() is false, everything else throws InternalError.
  Tensor() = default;

  /// Uninitialised memory, 64-byte aligned. Throws DeviceError when memory runs out.
  static Tensor empty(Shape shape, DType dtype = DType::f32, Device device = {});
  static Tensor zeros(Shape shape, DType dtype = DType::f32, Device device = {});
  static Tensor full(Shape shape, double value, DType dtype = DType::f32, Device device = {});
  /// A copy of `values`, whose count must equal the shape's.
  template <typename T>
  static Tensor from(std::span<const T> values, Shape shape);
  template <typename T>
  static Tensor from(const std::vector<T>& values, Shape shape) {
    return from(std::span<const T>(values), std::move(shape));
  }

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  int rank() const { return static_cast<int>(shape_.size()); }
  /// Extent of dimension `i`; -1 is the last one.
  std::int64_t dim(int i) const;
  std::int64_t numel() const { return numel_; }
  std::size_t bytes() const { return static_cast<std::size_t>(numel_) * size_of(dtype_); }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }

  /// The address on the tensor's own device, for kernels of that device.
  void* raw();
  const void* raw() const;
  /// raw() with a type. Throws InternalError where T is not the tensor's element type.
  template <typename T>
  T* address() {
    require(dtype_of<T>());
    return static_cast<T*>(raw());
  }
  template <typename T>
  const T* address() const {
    require(dtype_of<T>());
    return static_cast<const T*>(raw());
  }
  /// Typed access by the host. Throws InternalError where T is not the element type or the memory is
  /// not the host's: to(Device::cpu()) copies it there.
  template <typename T>
  T* data() {
    require_on_host();
    return address<T>();
  }
  template <typename T>
  const T* data() const {
    require_on_host();
    return address<T>();
  }
  template <typename T>
  std::span<T> span() {
    return {data<T>(), static_cast<std::size_t>(numel_)};
  }
  template <typename T>
  std::span<const T> span() const {
    return {data<T>(), static_cast<std::size_t>(numel_)};
  }
  /// The single element of a one-element tensor of any dtype. Waits for the device.
  double item() const;

  /// A deep copy.
  Tensor clone() const;
  /// The same memory under another shape of equal element count.
  Tensor reshape(Shape shape) const;
  /// Rows [begin, end) of the first dimension, sharing memory.
  Tensor rows(std::int64_t begin, std::int64_t end) const;
  /// A converted copy (itself where the dtype is the same already). By way of the host: for tests and
  /// set-up.
  Tensor to(DType dtype) const;
  /// A copy on another device (itself where it is there already).
  Tensor to(Device device) const;
  /// Overwrites the elements with those of `source`: same shape and dtype, any device.
  void copy_from(const Tensor& source);
  void fill(double value);
  void zero();
  /// True where both share the same memory and offset.
  bool same_memory(const Tensor& other) const {
    return storage_ == other.storage_ && offset_ == other.offset_;
  }

 private:
  void require(DType wanted) const;
  void require_on_host() const;

  std::shared_ptr<std::byte> storage_;
  std::size_t offset_ = 0;  // bytes
  Shape shape_;
  std::int64_t numel_ = 0;
  DType dtype_ = DType::f32;
  Device device_;
};

template <typename T>
Tensor Tensor::from(std::span<const T> values, Shape shape) {
  Tensor t = empty(std::move(shape), dtype_of<T>());
  LSK3D_CHECK(t.numel() == static_cast<std::int64_t>(values.size()), UsageError,
              "Tensor::from: shape ", to_string(t.shape()), " holds ", t.numel(),
              " elements, but ", values.size(), " values were given");
  std::copy(values.begin(), values.end(), t.template data<T>());
  return t;
}

}  // namespace lsk3d
