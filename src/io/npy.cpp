// SPDX-License-Identifier: MIT
#include "lsk3d/io/npy.h"

#include <charconv>
#include <cstring>
#include <map>

#include "atomic_file.h"
#include "byte_cursor.h"
#include "byte_writer.h"
#include "lsk3d/io/file.h"
#include "printable.h"
#include "tensor_bytes.h"

namespace lsk3d {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

/// The header's dictionary, the only Python that is understood:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  std::string descr;
  bool fortran_order = false;
  Shape shape;

  void parse() {
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key(quoted());
      expect(':');
      if (key == "descr" && !has_descr) {
        descr = quoted();
        has_descr = true;
      } else if (key == "fortran_order" && !has_order) {
        fortran_order = boolean();
        has_order = true;
      } else if (key == "shape" && !has_shape) {
        shape = tuple();
        has_shape = true;
      } else {
        fail("unknown or duplicate key " + printable(key));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (!text_.empty()) fail("text after the dictionary");
    if (!has_descr || !has_order || !has_shape) fail("no descr, fortran_order or shape");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(path_ + ": header: " + what + "; the file is damaged or holds no plain array");
  }
  void skip_spaces() {
    const std::size_t first = text_.find_first_not_of(" \t\r\n");
    text_.remove_prefix(std::min(first, text_.size()));
  }
  bool accept(char c) {
    skip_spaces();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(std::string("expected '") + c + "', found " + printable(text_.substr(0, 10)));
  }
  std::string_view quoted() {
    skip_spaces();
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) fail("text without an end");
    const std::string_view found = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return found;
  }
  bool boolean() {
    skip_spaces();
    for (const std::string_view word : {"False", "True"})
      if (text_.starts_with(word)) {
        text_.remove_prefix(word.size());
        return word == "True";
      }
    fail("expected True or False, found " + printable(text_.substr(0, 10)));
  }
  Shape tuple() {
    Shape extents;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      std::int64_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc() || extent < 0 || extents.size() == kMaxRank)
        fail("expected a shape, found " + printable(text_.substr(0, 24)));
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      extents.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return extents;
  }

  std::string_view text_;
  const std::string& path_;
};

DType dtype_of_descr(const std::string& descr, const std::string& path) {
  static const std::map<std::string, DType> known = {{"<f4", DType::f32}, {"<f8", DType::f64},
                                                     {"<i4", DType::i32}, {"<i8", DType::i64},
                                                     {"|u1", DType::u8},  {"|b1", DType::u8}};
  const auto found = known.find(descr);
  LSK3D_CHECK(found != known.end(), DataError, path,
              ": expected dtype <f4, <f8, <i4, <i8, |u1 or |b1, found ", printable(descr),
              "; convert it with astype() first");
  return found->second;
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

/// Elements column after column -> row after row.
void transpose(std::span<const std::byte> from, std::byte* to, std::int64_t rows,
               std::int64_t columns, std::size_t element) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c, to += element)
      std::memcpy(to, from.data() + static_cast<std::size_t>(c * rows + r) * element, element);
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
  LSK3D_CHECK(in.text(kMagic.size(), "magic number") == kMagic, DataError, path,
              ": expected a NumPy array, found another kind of file; check the path");
  const int version = in.read<std::uint8_t>("version");
  in.read<std::uint8_t>("version");
  LSK3D_CHECK(version >= 1 && version <= 3, DataError, path,
              ": expected format version 1, 2 or 3, found ", version);
  const std::uint64_t length = version == 1 ? in.read<std::uint16_t>("header length")
                                            : in.read<std::uint32_t>("header length");
  HeaderText header(in.text(length, "header"), path);
  header.parse();
  const DType dtype = dtype_of_descr(header.descr, path);
  const std::uint64_t expected = declared_bytes(header.shape, size_of(dtype), path);
  LSK3D_CHECK(expected == in.remaining(), DataError, path, ": ", header.descr, " of shape ",
              to_string(header.shape), " takes ", expected, " bytes, found ", in.remaining(),
              "; the file is cut short or damaged");
  const bool transposed = header.fortran_order && header.shape.size() > 1;
  LSK3D_CHECK(!transposed || header.shape.size() == 2, DataError, path,
              ": an array in Fortran order of ", header.shape.size(),
              " dimensions; save it with np.ascontiguousarray()");
  Tensor tensor = Tensor::empty(header.shape, dtype);
  const auto data = in.take(expected, "data");
  if (transposed)
    transpose(data, static_cast<std::byte*>(tensor.raw()), tensor.dim(0), tensor.dim(1),
              size_of(dtype));
  else if (!data.empty()) std::memcpy(tensor.raw(), data.data(), data.size());
  return tensor;
}

}  // namespace lsk3d
