// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace lsk3d {

/// The whole file. Throws DataError naming the path and the system's reason.
std::vector<std::byte> read_file(const std::string& path);
std::string read_text_file(const std::string& path);

/// Replaces `path` atomically: temporary name in the same folder, write, fsync, rename. On any
/// failure (a full disk among them) the old file stays, the temporary goes, DataError is thrown.
void write_file_atomic(const std::string& path, std::span<const std::byte> bytes);
void write_text_file_atomic(const std::string& path, const std::string& text);

}  // namespace lsk3d
