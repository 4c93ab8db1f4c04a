// SPDX-License-Identifier: MIT
#include "lsk3d/core/tensor.h"

#include <cstring>

#include "allocator.h"
#include "lsk3d/core/device_memory.h"

namespace lsk3d {
namespace {

/// Calls f with a typed null pointer that stands for the dtype's C++ type.
template <typename F>
void visit(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32: return f(static_cast<float*>(nullptr));
    case DType::f64: return f(static_cast<double*>(nullptr));
    case DType::bf16: return f(static_cast<BFloat16*>(nullptr));
    case DType::i32: return f(static_cast<std::int32_t*>(nullptr));
    case DType::i64: return f(static_cast<std::int64_t*>(nullptr));
    case DType::u8: return f(static_cast<std::uint8_t*>(nullptr));
  }
}

template <typename To, typename From>
To convert(From value) {
  if constexpr (std::is_same_v<From, BFloat16>) return convert<To>(to_float(value));
  else if constexpr (std::is_same_v<To, BFloat16>) return to_bfloat16(static_cast<float>(value));
  else return static_cast<To>(value);
}

/// Copies between any two places. Between two GPUs by way of the host: rare enough.
void copy_bytes(Device to_device, void* to, Device from_device, const void* from,
                std::size_t bytes) {
  if (to_device.is_cpu() && from_device.is_cpu()) {
    std::memmove(to, from, bytes);
  } else if (from_device.is_cpu()) {
    cuda_memory(to_device).upload(to, from, bytes);
  } else if (to_device.is_cpu()) {
    cuda_memory(from_device).download(to, from, bytes);
  } else if (to_device == from_device) {
    cuda_memory(to_device).copy(to, from, bytes);
  } else {
    const auto between = allocate_host(bytes);
    cuda_memory(from_device).download(between.get(), from, bytes);
    cuda_memory(to_device).upload(to, between.get(), bytes);
  }
}

}  // namespace

Tensor Tensor::empty(Shape shape, DType dtype, Device device) {
  Tensor t;
  t.numel_ = lsk3d::numel(shape);
  t.shape_ = std::move(shape);
  t.dtype_ = dtype;
  t.device_ = device;
  t.storage_ = device.is_cpu() ? allocate_host(t.bytes()) : cuda_memory(device).allocate(t.bytes());
  return t;
}

Tensor Tensor::zeros(Shape shape, DType dtype, Device device) {
  if (!device.is_cpu()) {
    Tensor t = empty(std::move(shape), dtype, device);
    t.zero();
    return t;
  }
  Tensor t;
  t.numel_ = lsk3d::numel(shape);
  t.shape_ = std::move(shape);
  t.dtype_ = dtype;
  t.storage_ = allocate_host(t.bytes(), /*zeroed=*/true);
  return t;
}

Tensor Tensor::full(Shape shape, double value, DType dtype, Device device) {
  Tensor t = empty(std::move(shape), dtype, device);
  t.fill(value);
  return t;
}

std::int64_t Tensor::dim(int i) const {
  const int index = i < 0 ? i + rank() : i;
  LSK3D_ASSERT(index >= 0 && index < rank(), "dimension ", i, " of ", to_string(shape_));
  return shape_[static_cast<std::size_t>(index)];
}

void* Tensor::raw() {
  LSK3D_ASSERT(defined(), "an undefined tensor has no memory");
  return storage_.get() + offset_;
}

const void* Tensor::raw() const { return const_cast<Tensor*>(this)->raw(); }

void Tensor::require(DType wanted) const {
  LSK3D_ASSERT(defined() && dtype_ == wanted, "tensor of ", to_string(dtype_), " read as ",
               to_string(wanted));
}

void Tensor::require_on_host() const {
  LSK3D_ASSERT(device_.is_cpu(), "the host reads a tensor ", to_string(shape_), " on ",
               to_string(device_), "; copy it with to(Device::cpu())");
}

double Tensor::item() const {
  LSK3D_ASSERT(numel_ == 1, "item() of a tensor of shape ", to_string(shape_));
  if (!device_.is_cpu()) return to(Device::cpu()).item();
  double value = 0;
  visit(dtype_, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    value = convert<double>(*data<T>());
  });
  return value;
}

Tensor Tensor::clone() const {
  Tensor copy = empty(shape_, dtype_, device_);
  copy_bytes(device_, copy.raw(), device_, raw(), bytes());
  return copy;
}

Tensor Tensor::reshape(Shape shape) const {
  LSK3D_CHECK(lsk3d::numel(shape) == numel_, UsageError, "cannot view a tensor of shape ",
              to_string(shape_), " as ", to_string(shape));
  Tensor view = *this;
  view.shape_ = std::move(shape);
  return view;
}

Tensor Tensor::rows(std::int64_t begin, std::int64_t end) const {
  LSK3D_ASSERT(rank() >= 1 && 0 <= begin && begin <= end && end <= dim(0), "rows ", begin, " to ",
               end, " of ", to_string(shape_));
  Tensor view = *this;
  const std::int64_t row = dim(0) ? numel_ / dim(0) : 0;
  view.offset_ += static_cast<std::size_t>(begin * row) * size_of(dtype_);
  view.shape_[0] = end - begin;
  view.numel_ = (end - begin) * row;
  return view;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  if (!device_.is_cpu()) return to(Device::cpu()).to(dtype).to(device_);
  Tensor result = empty(shape_, dtype, device_);
  visit(dtype_, [&](auto* from_type) {
    using From = std::remove_pointer_t<decltype(from_type)>;
    visit(dtype, [&](auto* to_type) {
      using To = std::remove_pointer_t<decltype(to_type)>;
      const From* from = data<From>();
      std::transform(from, from + numel_, result.data<To>(), convert<To, From>);
    });
  });
  return result;
}

Tensor Tensor::to(Device device) const {
  if (!defined() || device == device_) return *this;
  Tensor copy = empty(shape_, dtype_, device);
  copy_bytes(device, copy.raw(), device_, raw(), bytes());
  return copy;
}

void Tensor::copy_from(const Tensor& source) {
  LSK3D_CHECK(source.shape() == shape_ && source.dtype() == dtype_, UsageError,
              "cannot copy a tensor of ", to_string(source.dtype()), to_string(source.shape()),
              " into one of ", to_string(dtype_), to_string(shape_));
  copy_bytes(device_, raw(), source.device_, source.raw(), bytes());
}

void Tensor::fill(double value) {
  visit(dtype_, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const T element = convert<T>(value);
    if (device_.is_cpu()) std::fill_n(data<T>(), numel_, element);
    else cuda_memory(device_).fill(raw(), &element, sizeof element, numel_);
  });
}

void Tensor::zero() {
  if (device_.is_cpu()) std::memset(raw(), 0, bytes());
  else fill(0);
}

}  // namespace lsk3d
