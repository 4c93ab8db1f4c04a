// SPDX-License-Identifier: MIT
#include "run_directory.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "lsk3d/core/check.h"
#include "lsk3d/io/file.h"

namespace lsk3d {

namespace fs = std::filesystem;

namespace {

/// Removes the half-written temporaries of a run that was killed while it saved.
void remove_leftovers(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().filename().string().find(".tmp.") != std::string::npos &&
        entry.is_regular_file(error))
      leftovers.push_back(entry.path());
  for (const fs::path& path : leftovers) fs::remove(path, error);
}

bool is_empty_or_missing(const std::string& path) {
  std::error_code error;
  return !fs::exists(path, error) || fs::file_size(path, error) == 0;
}

}  // namespace

RunDirectory::RunDirectory(const std::string& path, bool resume) : path_(path) {
  LSK3D_CHECK(!path.empty(), UsageError, "--out: expected a folder for the run, found ''");
  std::error_code error;
  if (!resume) {
    fs::create_directories(path_, error);
    LSK3D_CHECK(!error, DataError, path_, ": cannot make this folder: ", error.message());
  }
  // Before anything is looked at: who works there may be about to change it.
  if (fs::is_directory(path_, error)) lock_ = std::make_unique<FolderLock>(path_, "lsk3d train");
  LSK3D_CHECK(resume || !fs::exists(state()), UsageError, "--out ", path,
              ": a run is there already; add --resume to go on with it or choose another folder");
  for (const std::string& made : {last(), best(), metrics()})
    LSK3D_CHECK(resume || is_empty_or_missing(made), UsageError, "--out ", path, ": ", made,
                " is there already, of a run without a saved state; choose another folder");
  LSK3D_CHECK(!resume || fs::exists(state()), UsageError, "--resume: no saved state ", state(),
              "; start the run without --resume");
  for (const std::string& folder : {tensorboard(), report()}) {
    fs::create_directories(folder, error);
    LSK3D_CHECK(!error, DataError, folder, ": cannot make this folder: ", error.message());
  }
  remove_leftovers(path_);
  remove_leftovers(report());
}

void RunDirectory::write_config(const std::string& yaml) const {
  LSK3D_CHECK(is_empty_or_missing(config()) || read_text_file(config()) == yaml, UsageError,
              config(), ": another configuration is there already; move it away or choose another "
              "--out for this run");
  write_text_file_atomic(config(), yaml);
}

void RunDirectory::append_metrics(const std::string& json_line) const {
  std::ofstream out(metrics(), std::ios::app);
  out << json_line << '\n' << std::flush;
  LSK3D_CHECK(out.good(), DataError, metrics(), ": cannot write; is the disk full?");
}

void RunDirectory::truncate_metrics(std::int64_t step, bool validates_next) const {
  if (!fs::exists(metrics())) return;
  std::istringstream lines(read_text_file(metrics()));
  std::string kept, line;
  while (std::getline(lines, line)) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    // A line cut off by a crash does not parse; it was written after the saved state.
    if (!json.is_object()) continue;
    const auto of_line = json.value("step", std::int64_t{0});
    if (of_line > step || (validates_next && of_line == step && json.contains("valid"))) continue;
    kept += line + "\n";
  }
  write_text_file_atomic(metrics(), kept);
}

}  // namespace lsk3d
