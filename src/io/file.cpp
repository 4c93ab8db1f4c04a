// SPDX-License-Identifier: MIT
#include "lsk3d/io/file.h"

#include "atomic_file.h"
#include "input_file.h"

namespace lsk3d {

std::vector<std::byte> read_file(const std::string& path) { return InputFile(path).read_to_end(); }

std::string read_text_file(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_file_atomic(const std::string& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_text_file_atomic(const std::string& path, const std::string& text) {
  write_file_atomic(path, std::as_bytes(std::span(text)));
}

}  // namespace lsk3d
