// SPDX-License-Identifier: MIT
#include <cstring>

#include "lsk3d/core/check.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/io/file.h"

namespace lsk3d {

Tensor read_labels(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  LSK3D_CHECK(bytes.size() % sizeof(std::uint32_t) == 0, DataError, path,
              ": expected a whole number of 4-byte labels, found ", bytes.size(),
              " bytes; the file is cut short or no label file");
  Tensor labels =
      Tensor::empty({static_cast<std::int64_t>(bytes.size() / sizeof(std::uint32_t))}, DType::i32);
  if (!bytes.empty()) std::memcpy(labels.raw(), bytes.data(), bytes.size());
  return labels;
}

Tensor read_labels(const std::string& path, std::int64_t expected_points) {
  Tensor labels = read_labels(path);
  const std::int64_t count = labels.dim(0);
  LSK3D_CHECK(count == expected_points, DataError, path, ": expected ", expected_points,
              " labels, one per point of the scan, found ", count,
              "; scan and label file do not belong together or one is cut short");
  return labels;
}

void write_labels(const std::string& path, const Tensor& labels) {
  const std::int32_t* data = labels.data<std::int32_t>();
  write_file_atomic(path, {reinterpret_cast<const std::byte*>(data), labels.bytes()});
}

}  // namespace lsk3d
