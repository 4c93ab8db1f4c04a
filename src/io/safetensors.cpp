// SPDX-License-Identifier: MIT
#include "lsk3d/io/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "atomic_file.h"
#include "byte_writer.h"
#include "file_kind.h"
#include "input_file.h"
#include "lsk3d/core/near_name.h"
#include "printable.h"
#include "safetensors_header.h"
#include "tensor_bytes.h"

namespace lsk3d {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the reference package's own limit

/// Says what the file is where its first bytes show that it is something else.
void check_kind(const InputFile& file, std::uint64_t length) {
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), kFileHead)), '\0');
  file.read_at(0, head.data(), head.size());
  // Only a header can begin like that, and its length may look like another kind's first bytes.
  if (head.size() > kLengthBytes && head[kLengthBytes] == '{' && length <= kLongestHeader) return;
  const FileKind kind = file_kind(head, file.path());
  LSK3D_CHECK(kind.name.empty(), DataError, file.path(), ": expected a safetensors file, found ",
              kind.name, "; ", kind.advice);
}

SafetensorsHeader read_header(const InputFile& file, std::uint64_t& data_start) {
  std::uint64_t length = 0;
  file.read_at(0, &length, static_cast<std::size_t>(std::min(file.size(), kLengthBytes)));
  check_kind(file, length);
  LSK3D_CHECK(file.size() >= kLengthBytes, DataError, file.path(),
              ": expected a safetensors file, found ", file.size(),
              " bytes; the file is cut short");
  LSK3D_CHECK(length >= 2 && length <= std::min(kLongestHeader, file.size() - kLengthBytes),
              DataError, file.path(), ": expected a safetensors file, found a header of ", length,
              " bytes in a file of ", file.size(),
              "; it is cut short or no safetensors file: copy it again or check the path");
  std::string json(static_cast<std::size_t>(length), '\0');
  file.read_at(kLengthBytes, json.data(), json.size());
  LSK3D_CHECK(json.front() == '{', DataError, file.path(),
              ": header does not start with '{'; "
              "the file is damaged or not a safetensors file");
  data_start = kLengthBytes + length;
  return parse_safetensors_header(json, file.size() - data_start, file.path());
}

const char* dtype_name(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "F32";
    case DType::f64:
      return "F64";
    case DType::bf16:
      return "BF16";
    case DType::i32:
      return "I32";
    case DType::i64:
      return "I64";
    case DType::u8:
      return "U8";
  }
  return "";
}

std::string quoted(const std::string& text, const std::string& path) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw UsageError(path + ": name or metadata " + printable(text) + " is not UTF-8");
  }
}

std::string header_text(const std::string& path, const TensorFile& file) {
  std::string json = "{";
  if (!file.metadata.empty()) {
    json += "\"__metadata__\":{";
    for (const auto& [key, value] : file.metadata)
      json += str_cat(json.back() == '{' ? "" : ",", quoted(key, path), ":", quoted(value, path));
    json += "}";
  }
  std::set<std::string> names{"__metadata__"};
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    LSK3D_CHECK(names.insert(name).second, UsageError, path, ": tensor name ", printable(name),
                " is reserved or given twice");
    LSK3D_CHECK(tensor.defined() && tensor.device().is_cpu(), UsageError, path, ": tensor ",
                printable(name), " is undefined or not on the cpu");
    const std::uint64_t end = offset + tensor.bytes();
    json += str_cat(json.size() == 1 ? "" : ",", quoted(name, path), ":{\"dtype\":\"",
                    dtype_name(tensor.dtype()), "\",\"shape\":", to_string(tensor.shape()),
                    ",\"data_offsets\":[", offset, ",", end, "]}");
    offset = end;
  }
  json += "}";
  json.append((kLengthBytes - json.size() % kLengthBytes) % kLengthBytes, ' ');
  return json;
}

}  // namespace

bool TensorFile::contains(const std::string& name) const {
  return std::any_of(tensors.begin(), tensors.end(),
                     [&](const auto& entry) { return entry.first == name; });
}

const Tensor& TensorFile::at(const std::string& name) const {
  for (const auto& entry : tensors)
    if (entry.first == name) return entry.second;
  constexpr std::size_t kLongestName = 200;  // a hostile file may hold names of megabytes
  std::vector<std::string> known;
  for (const auto& entry : tensors)
    if (entry.first.size() <= kLongestName) known.push_back(entry.first);
  throw DataError(str_cat(path.empty() ? "tensors" : path, ": expected a tensor ", printable(name),
                          ", found none of that name among ", tensors.size(),
                          did_you_mean(name, known)));
}

TensorFile read_safetensors(const std::string& path) {
  const InputFile file(path);
  std::uint64_t data_start = 0;
  SafetensorsHeader header = read_header(file, data_start);
  TensorFile result;
  result.path = path;
  result.metadata = std::move(header.metadata);
  for (SafetensorsEntry& entry : header.entries) {
    Tensor tensor = Tensor::empty(std::move(entry.shape), entry.dtype);
    file.read_at(data_start + entry.begin, tensor.raw(), tensor.bytes());
    result.add(std::move(entry.name), std::move(tensor));
  }
  return result;
}

TensorHeader read_safetensors_header(const std::string& path) {
  const InputFile file(path);
  std::uint64_t data_start = 0;
  SafetensorsHeader header = read_header(file, data_start);
  TensorHeader result;
  result.metadata = std::move(header.metadata);
  for (SafetensorsEntry& entry : header.entries)
    result.entries.push_back({std::move(entry.name), entry.dtype, std::move(entry.shape)});
  return result;
}

void write_safetensors(const std::string& path, const TensorFile& file) {
  ByteWriter header;
  const std::string json = header_text(path, file);
  LSK3D_CHECK(json.size() <= kLongestHeader, UsageError, path, ": names and metadata take ",
              json.size(), " bytes; the format allows ", kLongestHeader);
  header.number(static_cast<std::uint64_t>(json.size()));
  header.text(json);
  AtomicFile out(path);
  out.write(header.view());
  for (const auto& [name, tensor] : file.tensors) out.write(bytes_of(tensor));
  out.commit();
}

}  // namespace lsk3d
