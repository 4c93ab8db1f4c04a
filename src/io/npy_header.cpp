// SPDX-License-Identifier: MIT
#include "npy_header.h"

#include <algorithm>
#include <charconv>

#include "point_rows.h"
#include "printable.h"
#include "tensor_bytes.h"

namespace lsk3d {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

/// A dtype in NumPy's short notation, such as "<f4".
struct DtypeCode {
  char order = '|', kind = 0;
  std::uint64_t bytes = 0;

  /// Nothing where it is no real number.
  std::optional<NumberType> number() const {
    if (kind == 'M' || kind == 'm') return number_type('i', bytes);  // dates and their differences
    return number_type(kind == 'b' ? 'u' : kind, bytes);
  }
};

/// The header's dictionary, the only Python that is understood:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
/// {'descr': [('x', '<f4'), (('title', 'y'), '>f8', (2,))], 'fortran_order': False, 'shape': (3L,),
/// }
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  NpyHeader parse() {
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_descr) {
        descr();
        has_descr = true;
      } else if (key == "fortran_order" && !has_order) {
        header_.fortran_order = boolean();
        has_order = true;
      } else if (key == "shape" && !has_shape) {
        header_.shape = extents();
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
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(path_ + ": header: " + what + "; the file is damaged or holds no plain array");
  }
  void skip_spaces() {
    const std::size_t first = text_.find_first_not_of(" \t\r\n");
    text_.remove_prefix(std::min(first, text_.size()));
  }
  bool sees(char c) {
    skip_spaces();
    return !text_.empty() && text_[0] == c;
  }
  bool accept(char c) {
    if (!sees(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(std::string("expected '") + c + "', found " + printable(text_.substr(0, 10)));
  }
  std::string quoted() {
    if (sees('u') || sees('b')) text_.remove_prefix(1);  // Python 2's kinds of text
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    std::string found;
    for (; !text_.empty() && text_[0] != quote; text_.remove_prefix(1)) {
      if (text_[0] == '\\' && text_.size() > 1) text_.remove_prefix(1);
      found += text_[0];
    }
    if (text_.empty()) fail("text without an end");
    text_.remove_prefix(1);
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
  std::int64_t extent() {
    skip_spaces();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0)
      fail("expected a shape, found " + printable(text_.substr(0, 24)));
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    accept('L');  // Python 2's long integers
    return value;
  }
  Shape extents() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      if (shape.size() == kMaxRank) fail("too many dimensions");
      shape.push_back(extent());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  void descr() {
    if (!accept('[')) {
      const std::string code = quoted();
      add_field("", code, 1);
      LSK3D_CHECK(!header_.fields.empty(), DataError, path_,
                  ": expected an array of numbers, found dtype ", printable(code),
                  "; convert it with astype('float32') first");
      return;
    }
    header_.structured = true;
    while (!accept(']')) {
      field();
      if (!accept(',')) {
        expect(']');
        break;
      }
    }
    LSK3D_CHECK(!header_.fields.empty(), DataError, path_,
                ": expected fields of numbers, found none; save the points as numbers");
  }

  void field() {
    expect('(');
    std::string name;
    if (accept('(')) {
      quoted();  // a title
      expect(',');
      name = quoted();
      expect(')');
    } else {
      name = quoted();
    }
    expect(',');
    LSK3D_CHECK(!sees('['), DataError, path_, ": field ", printable(name),
                " has fields of its own; save them side by side, each with a plain type");
    const std::string code = quoted();
    std::uint64_t count = 1;
    if (accept(',') && !sees(')')) {
      const Shape shape = sees('(') ? extents() : Shape{extent()};
      count = declared_bytes(shape, 1, path_ + ": header: field " + printable(name));
    }
    accept(',');
    expect(')');
    add_field(name, code, count);
  }

  DtypeCode parse_code(const std::string& text) const {
    DtypeCode code;
    std::string_view rest = text;
    if (rest.find_first_of("<>|=") == 0) {
      code.order = rest[0];
      rest.remove_prefix(1);
    }
    if (!rest.empty()) {
      code.kind = rest[0];
      rest.remove_prefix(1);
    }
    LSK3D_CHECK(code.kind != 'O', DataError, path_,
                ": expected numbers, found Python objects (dtype ", printable(text),
                "), which are never executed; save it as numbers, with np.save(path, "
                "np.asarray(array, dtype='float32'), allow_pickle=False)");
    rest = rest.substr(0, rest.find('['));  // the unit of a date
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), code.bytes);
    const bool known = std::string_view("?biufcSaUVMm").find(code.kind) != std::string_view::npos;
    if (code.kind == 0 || !known || error != std::errc() || end != rest.data() + rest.size())
      fail("unknown dtype " + printable(text));
    return code;
  }

  /// `count` numbers side by side, or as many of something else, which is passed over.
  void add_field(const std::string& name, const std::string& text, std::uint64_t count) {
    const DtypeCode code = parse_code(text);
    const auto number = code.number();
    const std::uint64_t unit = code.kind == 'U' ? 4 : 1;  // bytes of a character
    std::uint64_t bytes = 0;
    bool overflow = __builtin_mul_overflow(code.bytes, unit, &bytes);
    overflow |= __builtin_mul_overflow(bytes, count, &bytes);
    std::uint64_t& offset = header_.element_bytes;
    if (number && !overflow) {
      if (count > kMostColumns - header_.fields.size())
        fail(str_cat("more than ", kMostColumns, " numbers in an element"));
      for (std::uint64_t i = 0; i < count; ++i)
        header_.fields.push_back({count == 1 ? name : str_cat(name, "_", i), *number,
                                  code.order == '>', offset + i * code.bytes});
    }
    overflow |= __builtin_add_overflow(offset, bytes, &offset);
    if (overflow || offset > std::uint64_t{1} << 40) fail("elements of more than a tebibyte");
  }

  std::string_view text_;
  const std::string& path_;
  NpyHeader header_;
};

}  // namespace

NpyHeader read_npy_header(ByteCursor& in) {
  const std::string& path = in.path();
  const std::string_view magic = in.text(kMagic.size(), "magic number");
  LSK3D_CHECK(
      !magic.starts_with("PK"), DataError, path,
      ": expected a NumPy array (.npy), found a zip archive, as .npz is; take the array out "
      "with np.save('points.npy', np.load('points.npz')['arr_0']), by its name");
  LSK3D_CHECK(magic == kMagic, DataError, path,
              ": expected a NumPy array, found another kind of file; check the path");
  const int version = in.read<std::uint8_t>("version");
  in.read<std::uint8_t>("version");
  LSK3D_CHECK(version >= 1 && version <= 3, DataError, path,
              ": expected format version 1, 2 or 3, found ", version);
  const std::uint64_t length = version == 1 ? in.read<std::uint16_t>("header length")
                                            : in.read<std::uint32_t>("header length");
  NpyHeader header = HeaderText(in.text(length, "header"), path).parse();
  const std::uint64_t expected = declared_bytes(header.shape, header.element_bytes, path);
  LSK3D_CHECK(expected == in.remaining(), DataError, path, ": elements of ", header.element_bytes,
              " bytes and shape ", to_string(header.shape), " take ", expected, " bytes, found ",
              in.remaining(), "; the file is cut short or damaged");
  return header;
}

}  // namespace lsk3d
