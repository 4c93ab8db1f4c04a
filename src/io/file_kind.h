// SPDX-License-Identifier: MIT
// What a file is that somebody took for another kind.
#pragma once
#include <string>
#include <string_view>

namespace lsk3d {

struct FileKind {
  std::string name;    // "a PyTorch checkpoint"; empty where the first bytes are of no known kind
  std::string advice;  // what to do with it
};

inline constexpr std::size_t kFileHead = 512;  // bytes that file_kind looks at

/// From the first bytes of the file `path`.
FileKind file_kind(std::string_view head, const std::string& path);

}  // namespace lsk3d
