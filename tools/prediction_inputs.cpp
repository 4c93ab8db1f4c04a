// SPDX-License-Identifier: MIT
#include "prediction_inputs.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "lsk3d/core/check.h"

namespace lsk3d::cli {
namespace {

namespace fs = std::filesystem;

struct Found {
  fs::path path, below;  // the folder between the one asked for and the file
};

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_pattern(const std::string& input) {
  return input.find_first_of("*?[") != std::string::npos && !exists(input);
}

void add_folder(const fs::path& folder, const fs::path& below, bool recursive,
                std::vector<Found>& found) {
  std::vector<fs::path> items;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    items.push_back(it->path());
  LSK3D_CHECK(!error, DataError, folder.string(), ": cannot list this folder: ", error.message());
  std::sort(items.begin(), items.end());
  for (const fs::path& item : items) {
    if (is_scan_file(item.string())) found.push_back({item, below});
    else if (recursive && is_folder(item) && !fs::is_symlink(item, error))  // links may lead back
      add_folder(item, below / item.filename(), recursive, found);
  }
}

void add_pattern(const std::string& pattern, std::vector<Found>& found) {
  glob_t matches{};
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &matches);
  for (std::size_t i = 0; failed == 0 && i < matches.gl_pathc; ++i)
    if (is_scan_file(matches.gl_pathv[i])) found.push_back({matches.gl_pathv[i], ""});
  ::globfree(&matches);
}

/// The same for the same folder, however it is written.
fs::path real_path(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path.empty() ? "." : path, error);
  return error ? path : real;
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

/// Clouds and arrays among the inputs would be taken for scans the next time.
void keep_apart(const std::string& input, const fs::path& folder, const std::string& output,
                bool recursive) {
  const fs::path from = real_path(folder), to = real_path(fs::path(output) / "");
  const fs::path real_output = to.has_filename() ? to : to.parent_path();
  LSK3D_CHECK(from != real_output && !(recursive && is_inside(real_output, from)), UsageError,
              "--output ", output, ": expected a folder apart from the scans of --input ", input,
              ", among which .npy, .ply and .pcd predictions would be taken for scans");
}

}  // namespace

bool is_single_file(const std::vector<std::string>& inputs) {
  return inputs.size() == 1 && !is_folder(inputs[0]) && !is_pattern(inputs[0]);
}

std::vector<PredictionPaths> prediction_paths(const std::vector<std::string>& inputs,
                                              const std::string& output, PredictionFormat format,
                                              bool recursive) {
  std::vector<PredictionPaths> paths;
  std::map<std::string, std::string> input_of;
  for (const std::string& input : inputs) {
    std::vector<Found> found;
    if (is_folder(input)) add_folder(input, "", recursive, found);
    else if (is_pattern(input)) add_pattern(input, found);
    else found.push_back({input, ""});
    LSK3D_CHECK(!found.empty(), DataError, "--input ", input,
                ": expected scans (.bin, .npy, .ply, .pcd), found none",
                is_folder(input) && !recursive ? "; --recursive looks into its folders too" : "");
    for (const Found& scan : found) {
      const bool single = !is_folder(input);
      if (format != PredictionFormat::label)
        keep_apart(input, single ? scan.path.parent_path() : fs::path(input), output, recursive);
      const std::string to =
          (fs::path(output) / scan.below / (scan_stem(scan.path.string()) + ending_of(format)))
              .lexically_normal()
              .string();
      const auto [other, is_new] = input_of.emplace(to, scan.path.string());
      LSK3D_CHECK(is_new, DataError, "--input: both ", other->second, " and ", scan.path.string(),
                  " would become ", to, "; label them in two runs or rename one");
      paths.push_back({scan.path.string(), to});
    }
  }
  return paths;
}

}  // namespace lsk3d::cli
