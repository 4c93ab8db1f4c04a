// SPDX-License-Identifier: MIT
#include "lsk3d/io/npy.h"

#include <cstdint>
#include <type_traits>

#include "atomic_file.h"
#include "byte_writer.h"
#include "lsk3d/io/file.h"
#include "npy_header.h"
#include "printable.h"
#include "stored_number.h"
#include "tensor_bytes.h"

namespace lsk3d {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

/// The nearest of our types.
DType dtype_of(NumberType type) {
  switch (type) {
    case NumberType::u8:
      return DType::u8;
    case NumberType::i8:
    case NumberType::i16:
    case NumberType::u16:
    case NumberType::i32:
      return DType::i32;
    case NumberType::u32:
    case NumberType::i64:
    case NumberType::u64:
      return DType::i64;
    case NumberType::f16:
    case NumberType::f32:
      return DType::f32;
    case NumberType::f64:
      break;
  }
  return DType::f64;
}

const char* descr_of(DType dtype, const std::string& path) {
  switch (dtype) {
    case DType::f32:
      return "<f4";
    case DType::f64:
      return "<f8";
    case DType::i32:
      return "<i4";
    case DType::i64:
      return "<i8";
    case DType::u8:
      return "|u1";
    case DType::bf16:
      break;
  }
  throw UsageError(path + ": expected f32, f64, i32, i64 or u8, found " + to_string(dtype) +
                   "; convert the tensor first");
}

template <typename T>
void copy_elements(const NpyHeader& header, std::span<const std::byte> data, T* to,
                   const std::string& path) {
  const NpyField& field = header.fields[0];
  header.for_each_element([&](std::size_t place) {
    visit_number(data.data() + place * header.element_bytes, field.type, field.big_endian,
                 [&](auto number) {
                   if constexpr (std::is_same_v<decltype(number), std::uint64_t>)
                     LSK3D_CHECK(number <= INT64_MAX, DataError, path, ": element ", place, ", ",
                                 number, ", is beyond 2^63; convert it with astype() first");
                   *to++ = static_cast<T>(number);
                 });
  });
}

}  // namespace

void write_npy(const std::string& path, const Tensor& tensor) {
  LSK3D_CHECK(tensor.defined() && tensor.device().is_cpu(), UsageError, path,
              ": the tensor to write is undefined or not on the cpu");
  std::string text = std::string("{'descr': '") + descr_of(tensor.dtype(), path) +
                     "', 'fortran_order': False, 'shape': (";
  for (const std::int64_t extent : tensor.shape()) text += std::to_string(extent) + ", ";
  if (tensor.rank() > 1) text.erase(text.size() - 2);
  text += "), }";
  constexpr std::size_t kAlignment = 64;  // of the data, as NumPy does
  constexpr std::size_t kBefore = 6 + 2 + 2;
  text.append((kAlignment - (kBefore + text.size() + 1) % kAlignment) % kAlignment, ' ');
  text += '\n';
  LSK3D_CHECK(text.size() <= UINT16_MAX, UsageError, path, ": ", tensor.rank(),
              " dimensions are too many for a .npy file");
  ByteWriter header;
  header.text(kMagic);
  header.number(std::uint8_t{1});
  header.number(std::uint8_t{0});
  header.number(static_cast<std::uint16_t>(text.size()));
  header.text(text);
  AtomicFile out(path);
  out.write(header.view());
  out.write(bytes_of(tensor));
  out.commit();
}

Tensor read_npy(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  ByteCursor in(bytes, path);
  const NpyHeader header = read_npy_header(in);
  LSK3D_CHECK(!header.structured, DataError, path,
              ": expected an array of numbers, found one with fields such as ",
              printable(header.fields[0].name),
              "; save its columns side by side, with np.stack([a[f] for f in a.dtype.names], -1)");
  Tensor tensor = Tensor::empty(header.shape, dtype_of(header.fields[0].type));
  const std::span<const std::byte> data = in.take(in.remaining(), "elements");
  switch (tensor.dtype()) {
    case DType::u8:
      copy_elements(header, data, tensor.data<std::uint8_t>(), path);
      break;
    case DType::i32:
      copy_elements(header, data, tensor.data<std::int32_t>(), path);
      break;
    case DType::i64:
      copy_elements(header, data, tensor.data<std::int64_t>(), path);
      break;
    case DType::f64:
      copy_elements(header, data, tensor.data<double>(), path);
      break;
    default:
      copy_elements(header, data, tensor.data<float>(), path);
  }
  return tensor;
}

}  // namespace lsk3d
