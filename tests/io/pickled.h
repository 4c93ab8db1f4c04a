// SPDX-License-Identifier: MIT
// Assembles pickles and PyTorch's two containers by hand, sound ones and hostile ones.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "io/hostile.h"
#include "lsk3d/core/check.h"
#include "lsk3d/io/zip.h"

namespace lsk3d::testing_support::pickled {

template <typename T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
template <typename T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline std::string text(const std::string& value) {
  return str_cat("X", raw(static_cast<std::uint32_t>(value.size())), value);
}
inline std::string integer(std::int64_t value) { return "\x8a\x08" + raw(value); }
inline std::string tuple(const std::string& items) { return "(" + items + "t"; }
inline std::string numbers(const std::vector<std::int64_t>& values) {
  std::string items;
  for (const std::int64_t value : values) items += integer(value);
  return tuple(items);
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string ordered_dict() { return global("collections", "OrderedDict") + ")R"; }
inline std::string dict(const std::string& pairs) { return "}(" + pairs + "u"; }

inline std::string storage(const std::string& type, const std::string& key, std::int64_t count) {
  return tuple(text("storage") + global("torch", type) + text(key) + text("cpu") + integer(count)) +
         "Q";
}
inline std::string view(const std::string& storage, std::int64_t offset,
                        const std::vector<std::int64_t>& shape,
                        const std::vector<std::int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple(storage + integer(offset) + numbers(shape) + numbers(strides) + "\x89" +
               ordered_dict()) +
         "R";
}
inline std::string whole(const std::string& root) { return "\x80\x02" + root + "."; }

/// Storage key -> its bytes.
using Storages = std::map<std::string, std::string>;

inline Bytes zip_container(const std::string& root, const Storages& storages,
                           const std::string& byteorder = "little") {
  const TemporaryFolder folder;
  ZipWriter zip(folder / "a.pt");
  zip.add("archive/data.pkl", to_bytes(whole(root)));
  zip.add("archive/byteorder", to_bytes(byteorder));
  for (const auto& [key, bytes] : storages) zip.add("archive/data/" + key, to_bytes(bytes));
  zip.finish();
  return read_file(folder / "a.pt");
}

inline std::string legacy_head() {
  return whole("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + whole("M\xe9\x03") +
         whole(dict(text("protocol_version") + "M\xe9\x03" + text("little_endian") + "\x88"));
}
inline Bytes legacy_container(const std::string& root, const Storages& storages,
                              std::size_t element_size) {
  std::string keys = "](", data;
  for (const auto& [key, bytes] : storages) {
    keys += text(key);
    data += raw(static_cast<std::int64_t>(bytes.size() / element_size)) + bytes;
  }
  return to_bytes(legacy_head() + whole(root) + whole(keys + "e") + data);
}

}  // namespace lsk3d::testing_support::pickled
