// SPDX-License-Identifier: MIT
#include "lsk3d/io/stale_files.h"

#include <signal.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <vector>

namespace lsk3d {
namespace {

namespace fs = std::filesystem;

/// The process in "NAME.tmp.PROCESS.NUMBER"; 0 where `name` is no such name.
int process_of(std::string_view name) {
  const std::size_t mark = name.rfind(".tmp.");
  if (mark == std::string_view::npos) return 0;
  const std::string_view rest = name.substr(mark + 5);
  const std::size_t dot = rest.find('.');
  int process = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), process);
  const bool whole = error == std::errc() && dot != std::string_view::npos &&
                     end == rest.data() + dot && dot + 1 < rest.size() &&
                     rest.find_first_not_of("0123456789", dot + 1) == std::string_view::npos;
  return whole ? process : 0;
}

template <typename Iterator>
void remove_in(Iterator items) {
  std::error_code error;
  std::vector<fs::path> stale;
  for (; !error && items != Iterator(); items.increment(error)) {
    const int process = process_of(items->path().filename().string());
    if (process > 0 && items->is_regular_file(error) && ::kill(process, 0) != 0 && errno == ESRCH)
      stale.push_back(items->path());
  }
  for (const fs::path& path : stale) fs::remove(path, error);
}

}  // namespace

void remove_stale_files(const std::string& folder, bool recursive) {
  std::error_code error;
  if (recursive) remove_in(fs::recursive_directory_iterator(folder, error));
  else remove_in(fs::directory_iterator(folder, error));
}

}  // namespace lsk3d
