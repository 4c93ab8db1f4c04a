// SPDX-License-Identifier: MIT
#include "torch_storage.h"

#include <cstring>
#include <vector>

#include "half.h"
#include "tensor_bytes.h"

namespace lsk3d {
namespace {

DType dtype_of_storage(PickleGlobal type) {
  using enum PickleGlobal;
  switch (type) {
    case double_storage:
      return DType::f64;
    case bfloat16_storage:
      return DType::bf16;
    case long_storage:
      return DType::i64;
    case int_storage:
    case short_storage:
    case char_storage:
      return DType::i32;
    case byte_storage:
    case bool_storage:
      return DType::u8;
    default:
      return DType::f32;
  }
}

/// Calls `copy(from, to)` with element numbers for each run along the last dimension. The bounds
/// must have been checked: then no step overflows, save the unused strides of extents of 1.
template <typename F>
void for_each_run(PickledTensor view, F&& copy) {
  const std::size_t rank = view.shape.size();
  for (std::size_t d = 0; d < rank; ++d)
    if (view.shape[d] == 1) view.strides[d] = 0;
  const std::int64_t run = rank == 0 ? 1 : view.shape[rank - 1];
  const std::int64_t total = numel(view.shape);
  std::vector<std::int64_t> index(rank, 0);
  std::int64_t from = view.offset;
  for (std::int64_t to = 0; to < total; to += run) {
    copy(from, to);
    for (std::size_t d = rank; d-- > 1;) {  // next index of the dimensions before the last
      const std::size_t i = d - 1;
      from += view.strides[i];
      if (++index[i] < view.shape[i]) break;
      from -= view.strides[i] * view.shape[i];
      index[i] = 0;
    }
  }
}

struct Unchanged {
  template <typename T>
  T operator()(T element) const {
    return element;
  }
};

template <typename From, typename To, typename Convert>
void gather_as(const PickledTensor& view, std::span<const std::byte> bytes, To* out,
               Convert convert) {
  const std::size_t rank = view.shape.size();
  const std::int64_t run = rank == 0 ? 1 : view.shape[rank - 1];
  const std::int64_t stride = rank == 0 ? 1 : view.strides[rank - 1];
  for_each_run(view, [&](std::int64_t from, std::int64_t to) {
    const std::byte* source = bytes.data() + static_cast<std::size_t>(from) * sizeof(From);
    if (std::is_same_v<From, To> && std::is_same_v<Convert, Unchanged> && stride == 1) {
      std::memcpy(out + to, source, static_cast<std::size_t>(run) * sizeof(From));
      return;
    }
    for (std::int64_t i = 0; i < run; ++i) {  // storages may lie at any alignment
      From element;
      std::memcpy(&element, source + static_cast<std::size_t>(i * stride) * sizeof(From),
                  sizeof(From));
      out[to + i] = convert(element);
    }
  });
}

/// The last element that the view touches must lie in the storage.
void check_bounds(const PickledTensor& view, std::int64_t count, const std::string& what) {
  std::int64_t last = view.offset;
  bool overflow = false, empty = false;
  for (std::size_t d = 0; d < view.shape.size(); ++d) {
    std::int64_t reach = 0;
    empty |= view.shape[d] == 0;
    overflow |= __builtin_mul_overflow(view.shape[d] - 1, view.strides[d], &reach);
    overflow |= __builtin_add_overflow(last, reach, &last);
  }
  LSK3D_CHECK(empty || (!overflow && last < count), DataError, what, ": shape ",
              to_string(view.shape), " with strides ", to_string(view.strides), " at offset ",
              view.offset, " leaves its storage of ", count, " elements; the file is damaged");
}

}  // namespace

std::size_t element_size(PickleGlobal storage_type) {
  using enum PickleGlobal;
  switch (storage_type) {
    case double_storage:
    case long_storage:
      return 8;
    case half_storage:
    case bfloat16_storage:
    case short_storage:
      return 2;
    case char_storage:
    case byte_storage:
    case bool_storage:
      return 1;
    default:
      return 4;
  }
}

Tensor gather(const PickledTensor& view, PickleGlobal type, std::span<const std::byte> bytes,
              std::uint64_t& budget, const std::string& what) {
  using enum PickleGlobal;
  const DType dtype = dtype_of_storage(type);
  const std::uint64_t taken = declared_bytes(view.shape, size_of(dtype), what);
  check_bounds(view, static_cast<std::int64_t>(bytes.size() / element_size(type)), what);
  LSK3D_CHECK(taken <= budget, DataError, what,
              ": tensors that repeat their storage take far more "
              "memory than the file; save them with .clone()");
  budget -= taken;
  Tensor out = Tensor::empty(view.shape, dtype);
  switch (type) {
    case half_storage:
      gather_as<Half>(view, bytes, out.data<float>(), [](Half h) { return to_float(h); });
      break;
    case short_storage:
      gather_as<std::int16_t>(view, bytes, out.data<std::int32_t>(), Unchanged{});
      break;
    case char_storage:
      gather_as<std::int8_t>(view, bytes, out.data<std::int32_t>(), Unchanged{});
      break;
    case bool_storage:
      gather_as<std::uint8_t>(view, bytes, out.data<std::uint8_t>(),
                              [](std::uint8_t b) -> std::uint8_t { return b != 0; });
      break;
    case byte_storage:
      gather_as<std::uint8_t>(view, bytes, out.data<std::uint8_t>(), Unchanged{});
      break;
    case bfloat16_storage:
      gather_as<BFloat16>(view, bytes, out.data<BFloat16>(), Unchanged{});
      break;
    case int_storage:
      gather_as<std::int32_t>(view, bytes, out.data<std::int32_t>(), Unchanged{});
      break;
    case long_storage:
      gather_as<std::int64_t>(view, bytes, out.data<std::int64_t>(), Unchanged{});
      break;
    case double_storage:
      gather_as<double>(view, bytes, out.data<double>(), Unchanged{});
      break;
    default:
      gather_as<float>(view, bytes, out.data<float>(), Unchanged{});
      break;
  }
  return out;
}

}  // namespace lsk3d
