// SPDX-License-Identifier: MIT
#include "lsk3d/core/tensor.h"

#include <cstring>

#include "allocator.h"

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

}  // namespace

Tensor Tensor::empty(Shape shape, DType dtype, Device device) {
  LSK3D_CHECK(device.is_cpu(), DeviceError, "tensors on ", to_string(device),
              " need a CUDA build; use --device cpu");
  Tensor t;
  t.numel_ = lsk3d::numel(shape);
  t.shape_ = std::move(shape);
  t.dtype_ = dtype;
  t.device_ = device;
  t.storage_ = allocate_host(t.bytes());
  return t;
}

Tensor Tensor::zeros(Shape shape, DType dtype, Device device) {
  Tensor t = empty(std::move(shape), dtype, device);
  t.zero();
  return t;
}

Tensor Tensor::full(Shape shape, double value, DType dtype) {
  Tensor t = empty(std::move(shape), dtype);
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

double Tensor::item() const {
  LSK3D_ASSERT(numel_ == 1, "item() of a tensor of shape ", to_string(shape_));
  double value = 0;
  visit(dtype_, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    value = convert<double>(*data<T>());
  });
  return value;
}

Tensor Tensor::clone() const {
  Tensor copy = empty(shape_, dtype_, device_);
  std::memcpy(copy.raw(), raw(), bytes());
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

void Tensor::copy_from(const Tensor& source) {
  LSK3D_CHECK(source.shape() == shape_ && source.dtype() == dtype_, UsageError,
              "cannot copy a tensor of ", to_string(source.dtype()), to_string(source.shape()),
              " into one of ", to_string(dtype_), to_string(shape_));
  std::memmove(raw(), source.raw(), bytes());
}

void Tensor::fill(double value) {
  visit(dtype_, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    std::fill_n(data<T>(), numel_, convert<T>(value));
  });
}

void Tensor::zero() { std::memset(raw(), 0, bytes()); }

}  // namespace lsk3d
