// SPDX-License-Identifier: MIT
#include "file_kind.h"

#include <algorithm>
#include <cctype>

#include "printable.h"

namespace lsk3d {
namespace {

using std::string_view_literals::operator""sv;

/// The name of the first file in a zip archive; "" where it is cut off.
std::string_view first_in_zip(std::string_view head) {
  constexpr std::size_t kLength = 26, kName = 30;
  if (head.size() < kName) return {};
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(head[kLength])) |
                      static_cast<std::size_t>(static_cast<unsigned char>(head[kLength + 1])) << 8;
  return head.substr(kName, length);
}

/// ONNX has no magic number: the version of its format, then text or the next field.
bool is_onnx(std::string_view head) {
  return head.size() > 2 && head[0] == 0x08 && head[1] > 0 && head[1] < 32 &&
         (head[2] == 0x12 || head[2] == 0x1a || head[2] == 0x3a || head[2] == 0x42);
}

bool is_text(std::string_view head) {
  return !head.empty() && std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0xc0 || byte == 0xc1 || byte >= 0xf5) return false;  // never in UTF-8
    return byte >= 0x20 ? byte != 0x7f : byte == '\n' || byte == '\r' || byte == '\t';
  });
}

bool is_html(std::string_view head) {
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n\xef\xbb\xbf"), head.size()));
  std::string start(head.substr(0, 14));
  std::transform(start.begin(), start.end(), start.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return start.starts_with("<!doctype html") || start.starts_with("<html") ||
         start.starts_with("<?xml") || start.starts_with("<head");
}

FileKind text_kind(std::string_view head) {
  if (head.starts_with("version https://git-lfs"))
    return {"a Git-LFS pointer, which only names the file", "fetch the file itself: git lfs pull"};
  if (is_html(head))
    return {"a web page", "the download gave an error or a login page; download the file again"};
  const std::string_view line =
      head.substr(0, std::min(head.find_first_of("\r\n"), std::size_t{40}));
  return {"a text that begins with " + printable(line), "check the path or download it again"};
}

}  // namespace

FileKind file_kind(std::string_view head, const std::string& path) {
  const std::string import =
      "turn it into a model file first: lsk3d import --input " + path + " --out model.safetensors";
  const FileKind torch{"a PyTorch checkpoint", import};
  const FileKind compressed{"a compressed file", "unpack it first"};
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) {
    const std::string_view first = first_in_zip(head);
    if (first.ends_with("/data.pkl") || first.ends_with("/version") ||
        first.ends_with("/.format_version"))
      return torch;
    if (first.ends_with(".npy")) return {"a NumPy archive (.npz)", "check the path"};
    return {"a zip archive", "unpack it first"};
  }
  if (head.starts_with("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20"sv)) return torch;
  if (head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5)
    return {"a Python pickle", "if it is a PyTorch checkpoint, " + import};
  if (head.starts_with("\x89HDF\r\n")) return {"an HDF5 file", "check the path"};
  if (head.starts_with("\x93NUMPY")) return {"a NumPy array", "check the path"};
  if (head.starts_with("\x1f\x8b") || head.starts_with("BZh") ||
      head.starts_with("\xfd"
                       "7zXZ") ||
      head.starts_with("\x28\xb5\x2f\xfd") || head.starts_with("7z\xbc\xaf"))
    return compressed;
  if (head.size() > 262 && head.substr(257).starts_with("ustar"))
    return {"a tar archive", "unpack it first"};
  if (is_text(head)) return text_kind(head);
  if (is_onnx(head)) return {"an ONNX model", "check the path"};
  return {};
}

}  // namespace lsk3d
