// SPDX-License-Identifier: MIT
#include "safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "lsk3d/core/check.h"
#include "printable.h"
#include "tensor_bytes.h"

namespace lsk3d {
namespace {

using Json = nlohmann::json;

/// Takes the parser's events one by one: a document tree would hide duplicate keys, lose the order
/// of the tensors and take many times the memory of a hostile header.
class HeaderEvents : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderEvents(const std::string& path) : path_(path) {}
  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    expect(depth_ < 2 && (depth_ == 0 || !field_open_), "a value", "an object");
    if (++depth_ == 2) start_entry();
    return true;
  }
  bool key(std::string& key) override {
    if (depth_ == 1) {
      name_ = key;
    } else {
      field_ = key;
      field_open_ = true;
      if (!in_metadata_) open_field();
    }
    return true;
  }
  bool end_object() override {
    if (depth_-- == 2 && !in_metadata_) end_entry();
    return true;
  }
  bool start_array(std::size_t) override {
    expect(field_open_ && !in_metadata_ && !in_array_ && (field_ == "shape" || is_offsets()),
           "an object or a value", "an array");
    in_array_ = true;
    return true;
  }
  bool end_array() override {
    in_array_ = field_open_ = false;
    return true;
  }
  bool number_unsigned(std::uint64_t value) override {
    expect(in_array_ && value <= INT64_MAX, "text or an array", "a number");
    if (is_offsets()) {
      offsets_.push_back(value);
      expect(offsets_.size() <= 2, "two data_offsets", "more");
    } else {
      entry_.shape.push_back(static_cast<std::int64_t>(value));
      expect(entry_.shape.size() <= kMaxRank, "at most 32 dimensions", "more");
    }
    return true;
  }
  bool string(std::string& value) override {
    expect(field_open_ && !in_array_ && (in_metadata_ || field_ == "dtype"), "another type",
           "text");
    field_open_ = false;
    if (in_metadata_) {
      check(header_.metadata.emplace(field_, value).second,
            "duplicate key " + printable(field_) + " in __metadata__");
    } else {
      entry_.dtype = parse_dtype(value);
    }
    return true;
  }
  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("a boolean"); }
  bool number_integer(std::int64_t) override { return unexpected("a negative number"); }
  bool number_float(double, const std::string&) override { return unexpected("a fraction"); }
  bool binary(Json::binary_t&) override { return unexpected("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    throw DataError(str_cat(path_, ": header is not JSON from its byte ", position,
                            " on; the file is damaged or not a safetensors file"));
  }

 private:
  void check(bool ok, const std::string& message) const {
    LSK3D_CHECK(ok, DataError, path_, ": header: ", message,
                "; the file is damaged or not a safetensors file");
  }
  void expect(bool ok, const char* expected, const char* found) const {
    if (!ok)
      check(false, "expected " + std::string(expected) + " at " + where() + ", found " + found);
  }
  bool unexpected(const char* found) const {
    expect(false, "text, counts or an object", found);
    return false;
  }
  std::string where() const {
    return depth_ == 0 ? "the start" : printable(depth_ == 1 ? name_ : name_ + "/" + field_);
  }
  bool is_offsets() const { return field_ == "data_offsets"; }

  void start_entry() {
    in_metadata_ = name_ == "__metadata__";
    check(names_.insert(name_).second, "duplicate name " + printable(name_));
    entry_ = {};
    entry_.name = name_;
    offsets_.clear();
    has_dtype_ = has_shape_ = has_offsets_ = false;
  }
  void open_field() {
    bool* seen = field_ == "dtype"   ? &has_dtype_
                 : field_ == "shape" ? &has_shape_
                 : is_offsets()      ? &has_offsets_
                                     : nullptr;
    check(seen && !*seen, std::string(seen ? "duplicate" : "unknown") + " key " +
                              printable(field_) + " of tensor " + printable(name_));
    *seen = true;
  }
  void end_entry() {
    check(has_dtype_ && has_shape_ && offsets_.size() == 2,
          "tensor " + printable(name_) + " lacks dtype, shape or two data_offsets");
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    header_.entries.push_back(std::move(entry_));
  }
  DType parse_dtype(const std::string& name) const {
    static const std::map<std::string, DType> known = {
        {"F32", DType::f32}, {"F64", DType::f64}, {"BF16", DType::bf16}, {"I32", DType::i32},
        {"I64", DType::i64}, {"U8", DType::u8},   {"BOOL", DType::u8}};
    const auto found = known.find(name);
    LSK3D_CHECK(found != known.end(), DataError, path_, ": tensor ", printable(name_),
                ": expected dtype F32, F64, BF16, I32, I64, U8 or BOOL, found ", printable(name),
                "; convert the tensor first");
    return found->second;
  }

  std::string path_, name_, field_;
  int depth_ = 0;
  bool in_metadata_ = false, in_array_ = false, field_open_ = false;
  bool has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
  std::vector<std::uint64_t> offsets_;
  std::unordered_set<std::string> names_;
  SafetensorsEntry entry_;
  SafetensorsHeader header_;
};

void check_ranges(const SafetensorsHeader& header, std::uint64_t data_bytes,
                  const std::string& path) {
  std::vector<const SafetensorsEntry*> by_offset;
  for (const SafetensorsEntry& e : header.entries) {
    const std::string what = path + ": tensor " + printable(e.name);
    const std::uint64_t bytes = declared_bytes(e.shape, size_of(e.dtype), what);
    LSK3D_CHECK(e.begin <= e.end && e.end <= data_bytes, DataError, what, ": bytes ", e.begin,
                " to ", e.end, " lie outside of the ", data_bytes,
                " bytes of data; the file is cut short or damaged");
    LSK3D_CHECK(e.end - e.begin == bytes, DataError, what, ": ", to_string(e.dtype),
                to_string(e.shape), " takes ", bytes, " bytes, but its range holds ",
                e.end - e.begin, "; the file is damaged");
    by_offset.push_back(&e);
  }
  std::sort(by_offset.begin(), by_offset.end(), [](const auto* a, const auto* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  std::uint64_t expected = 0;
  for (const SafetensorsEntry* e : by_offset) {
    LSK3D_CHECK(e->begin == expected, DataError, path, ": tensor ", printable(e->name),
                ": expected to start at byte ", expected, " of the data, found ", e->begin,
                " (tensors overlap or leave a gap); the file is damaged");
    expected = e->end;
  }
  LSK3D_CHECK(expected == data_bytes, DataError, path, ": tensors end at byte ", expected,
              " of the data, but the file has ", data_bytes, "; the file is damaged");
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& path) {
  HeaderEvents events(path);
  Json::sax_parse(json.begin(), json.end(), &events);
  SafetensorsHeader header = events.take();
  check_ranges(header, data_bytes, path);
  return header;
}

}  // namespace lsk3d
