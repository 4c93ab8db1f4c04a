// SPDX-License-Identifier: MIT
#include "lsk3d/data/simulator/simulated_dataset.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

#include "lsk3d/core/check.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/data/simulator/street_simulator.h"
#include "lsk3d/io/file.h"
#include "simulator/drive_log.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxScansPerSequence = 100000;
// To be raised whenever the same settings give other streets, so that old and new ones never mix.
constexpr int kStreetVersion = 1;

std::string numbered(int number, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "%0*d", digits, number);
  return text;
}

int parse_whole(std::string_view text, const std::string& item, const char* what, int low,
                int high) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  LSK3D_CHECK(
      error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high,
      UsageError, "sequences: '", item, "': expected NN:SCANS with ", what, " from ", low, " to ",
      high, ", found '", text, "'");
  return value;
}

void check_settings(const SimulatorSettings& settings) {
  LSK3D_CHECK(!settings.sequences.empty(), UsageError,
              "sequences: expected at least one, as in 00:20,08:4, found none");
  std::set<int> seen;
  for (const auto& [number, scans] : settings.sequences) {
    LSK3D_CHECK(number >= 0 && number <= 99, UsageError,
                "sequences: expected numbers 0 to 99, found ", number);
    LSK3D_CHECK(scans >= 1 && scans <= kMaxScansPerSequence, UsageError, "sequences: sequence ",
                number, ": expected 1 to ", kMaxScansPerSequence, " scans, found ", scans);
    LSK3D_CHECK(seen.insert(number).second, UsageError, "sequences: ", numbered(number, 2),
                " is given twice; give each sequence once");
    StreetSimulator(settings.seed, number, settings.beams, settings.columns,
                    settings.mount);  // checks them
  }
}

/// Nothing for the usual one, so that folders made before still count as the same.
std::string mount_text(const SimulatedMount& mount) {
  if (mount == SimulatedMount{}) return "";
  return str_cat("\nfov_up: ", mount.fov_up, "\nfov_down: ", mount.fov_down,
                 "\nheight: ", mount.height);
}

std::string marker_text(const SimulatorSettings& settings) {
  std::string text =
      str_cat("Simulated streets in SemanticKITTI layout, made by lsk3d synth.\n",
              "version: ", kStreetVersion, "\nseed: ", settings.seed, "\nbeams: ", settings.beams,
              "\ncolumns: ", settings.columns, mount_text(settings.mount), "\nsequences: ");
  for (std::size_t i = 0; i < settings.sequences.size(); ++i)
    text += (i ? "," : "") + numbered(settings.sequences[i].first, 2) + ":" +
            std::to_string(settings.sequences[i].second);
  return text + "\n";
}

/// Every path, relative to the folder, that a finished output has.
std::set<std::string> expected_paths(const SimulatorSettings& settings) {
  std::set<std::string> paths{kSimulatedMarker, "sequences"};
  for (const auto& [number, scans] : settings.sequences) {
    const std::string base = "sequences/" + numbered(number, 2);
    paths.insert({base, base + "/velodyne", base + "/labels", base + "/poses.txt",
                  base + "/calib.txt", base + "/times.txt"});
    for (int i = 0; i < scans; ++i) {
      paths.insert(base + "/velodyne/" + numbered(i, 6) + ".bin");
      paths.insert(base + "/labels/" + numbered(i, 6) + ".label");
    }
  }
  return paths;
}

/// Refuses a folder with anything in it that is not ours; returns what interrupted writes left
/// there.
std::vector<fs::path> check_folder(const SimulatorSettings& settings, const fs::path& dir) {
  std::vector<fs::path> leftovers;
  std::error_code error;
  const fs::file_status status = fs::status(dir, error);
  if (!fs::exists(status)) return leftovers;
  LSK3D_CHECK(fs::is_directory(status), UsageError, dir.string(),
              ": expected a folder or a new name, found a file; give another folder");
  if (fs::is_empty(dir, error)) return leftovers;
  const std::string other = "; it is left untouched: give an empty folder or a new name";
  const fs::path marker = dir / kSimulatedMarker;
  const std::set<std::string> expected = expected_paths(settings);
  bool marked = false;
  for (fs::recursive_directory_iterator it(dir, error), end; !error && it != end;
       it.increment(error)) {
    const std::string path = fs::relative(it->path(), dir).generic_string();
    if (expected.count(path)) {
      marked = marked || path == kSimulatedMarker;
      continue;
    }
    const std::size_t temporary = path.rfind(".tmp.");
    const bool leftover = temporary != std::string::npos &&
                          expected.count(path.substr(0, temporary)) && it->is_regular_file(error);
    LSK3D_CHECK(leftover, UsageError, dir.string(),
                ": expected only an earlier output of the same settings, found ", path, other);
    leftovers.push_back(it->path());
  }
  LSK3D_CHECK(!error, DataError, dir.string(), ": cannot list this folder: ", error.message());
  if (marked) {
    const std::string found = read_text_file(marker.string());
    LSK3D_CHECK(found == marker_text(settings), UsageError, marker.string(),
                ": this folder holds streets of other settings", other);
  } else {  // only a marker that was never finished may be missing, and that is written first
    LSK3D_CHECK(fs::begin(fs::directory_iterator(dir)) != fs::end(fs::directory_iterator()) &&
                    std::all_of(fs::directory_iterator(dir), fs::directory_iterator(),
                                [&](const fs::directory_entry& entry) {
                                  return std::find(leftovers.begin(), leftovers.end(),
                                                   entry.path()) != leftovers.end();
                                }),
                UsageError, dir.string(), ": expected ", kSimulatedMarker,
                " of an earlier output, found none", other);
  }
  return leftovers;
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  LSK3D_CHECK(!error, DataError, path.string(), ": cannot make this folder: ", error.message());
}

/// Whether both files of a scan are there; each is written whole, so their sizes need only agree.
bool is_done(const fs::path& scan, const fs::path& label) {
  std::error_code scan_error, label_error;
  const std::uintmax_t scan_bytes = fs::file_size(scan, scan_error);
  const std::uintmax_t label_bytes = fs::file_size(label, label_error);
  return !scan_error && !label_error && scan_bytes == 4 * label_bytes && label_bytes % 4 == 0;
}

}  // namespace

std::vector<std::pair<int, int>> parse_simulated_sequences(const std::string& text) {
  std::vector<std::pair<int, int>> sequences;
  LSK3D_CHECK(!text.empty(), UsageError,
              "sequences: expected NN:SCANS,…, as in 00:20,08:4, found nothing");
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string item = text.substr(begin, end - begin);
    const std::size_t colon = item.find(':');
    LSK3D_CHECK(colon != std::string::npos, UsageError, "sequences: '", item,
                "': expected NN:SCANS, as in 00:20, found no ':'");
    const std::string_view view = item;
    const int number = parse_whole(view.substr(0, colon), item, "a sequence number", 0, 99);
    const int scans =
        parse_whole(view.substr(colon + 1), item, "a count of scans", 1, kMaxScansPerSequence);
    for (const auto& earlier : sequences)
      LSK3D_CHECK(earlier.first != number, UsageError, "sequences: '", item, "': sequence ",
                  numbered(number, 2), " is given twice; give each sequence once");
    sequences.emplace_back(number, scans);
    begin = end + 1;
  }
  return sequences;
}

void write_simulated_dataset(const SimulatorSettings& settings, const std::string& out_dir,
                             const SimulationProgress& progress) {
  check_settings(settings);
  const fs::path dir = out_dir;
  for (const fs::path& leftover : check_folder(settings, dir)) {
    std::error_code ignored;
    fs::remove(leftover, ignored);
  }
  make_folder(dir);
  write_text_file_atomic((dir / kSimulatedMarker).string(), marker_text(settings));
  std::int64_t done = 0, total = 0;
  for (const auto& sequence : settings.sequences) total += sequence.second;
  for (const auto& [number, scans] : settings.sequences) {
    const fs::path base = dir / "sequences" / numbered(number, 2);
    make_folder(base / "velodyne");
    make_folder(base / "labels");
    const StreetSimulator street(settings.seed, number, settings.beams, settings.columns,
                                 settings.mount);
    write_text_file_atomic((base / "calib.txt").string(), calibration_text());
    write_text_file_atomic((base / "poses.txt").string(), poses_text(street, scans));
    write_text_file_atomic((base / "times.txt").string(), times_text(scans));
    for (int i = 0; i < scans; ++i) {
      const fs::path points = base / "velodyne" / (numbered(i, 6) + ".bin");
      const fs::path labels = base / "labels" / (numbered(i, 6) + ".label");
      if (!is_done(points, labels)) {
        const SimulatedScan scan = street.scan(i);
        write_file_atomic(points.string(),
                          {static_cast<const std::byte*>(scan.points.raw()), scan.points.bytes()});
        write_labels(labels.string(), scan.labels);
      }
      if (progress) progress(++done, total);
    }
  }
}

}  // namespace lsk3d
