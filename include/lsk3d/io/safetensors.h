// SPDX-License-Identifier: MIT
// The safetensors container: an 8-byte little-endian header length, a JSON header, raw tensors.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Named tensors in file order plus the free-form string map `__metadata__`.
struct TensorFile {
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::map<std::string, std::string> metadata;

  bool contains(const std::string& name) const;
  /// Throws DataError that lists near names where `name` is absent.
  const Tensor& at(const std::string& name) const;
  void add(std::string name, Tensor tensor) {
    tensors.emplace_back(std::move(name), std::move(tensor));
  }
  /// For messages: where the tensors came from.
  std::string path;
};

/// Reads a whole file. Dtypes F32, F64, BF16, I32, I64, U8, BOOL (as u8). Throws DataError naming
/// the file on a truncated or overlong header, overlapping or out-of-bounds tensors, shapes that do
/// not match their byte range, unknown dtypes, duplicate names.
TensorFile read_safetensors(const std::string& path);

/// Only the header: names, dtypes and shapes with undefined data, and the metadata.
struct TensorEntry {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
};
struct TensorHeader {
  std::vector<TensorEntry> entries;
  std::map<std::string, std::string> metadata;
};
TensorHeader read_safetensors_header(const std::string& path);

/// Writes atomically: a temporary name beside `path`, flushed to disk, then renamed, so that a
/// crash or a full disk leaves the old file whole. Throws DataError on failure (the temporary is
/// removed). Readable by the reference `safetensors` package.
void write_safetensors(const std::string& path, const TensorFile& file);

}  // namespace lsk3d
