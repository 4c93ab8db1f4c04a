// SPDX-License-Identifier: MIT
#include <filesystem>
#include <optional>

#include "lsk3d/core/check.h"
#include "score.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;
using Entry = SemanticKittiDataset::Entry;

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// The folder that holds 08/predictions, …
fs::path sequences_folder(const std::string& folder) {
  LSK3D_CHECK(is_folder(folder), DataError, "--predictions ", folder,
              ": no such folder; expected predictions in it "
              "(sequences/08/predictions/000000.label)");
  const fs::path below = fs::path(folder) / "sequences";
  return is_folder(below) ? below : fs::path(folder);
}

std::string path_of(const fs::path& sequences, const Entry& entry) {
  return (sequences / entry.sequence / "predictions" / (entry.name + ".label")).string();
}

void require_predictions(const SemanticKittiDataset& dataset, const fs::path& sequences) {
  std::string first;
  std::size_t missing = 0;
  for (const Entry& entry : dataset.entries()) {
    const std::string path = path_of(sequences, entry);
    if (is_file(path)) continue;
    if (missing++ == 0) first = path;
  }
  LSK3D_CHECK(missing == 0, DataError, first, ": no such prediction (", missing, " of ",
              dataset.size(),
              " scans have none); expected one for every scan: predict them all, or "
              "choose others with --sequences");
}

std::vector<std::int32_t> rows_of(const Tensor& values, const Tensor& rows) {
  std::vector<std::int32_t> of_rows;
  const std::int32_t* value = values.data<std::int32_t>();
  for (const std::int32_t row : rows.span<std::int32_t>()) of_rows.push_back(value[row]);
  return of_rows;
}

}  // namespace

EvalResult evaluate_predictions(const SemanticKittiDataset& dataset, const std::string& folder,
                                const std::string& protocol, bool by_distance,
                                const std::function<void(std::int64_t, std::int64_t)>& progress) {
  Score score(dataset, protocol, by_distance);
  LSK3D_CHECK(protocol != "lsk3dnet", UsageError,
              "--protocol lsk3dnet: expected a model, whose volume says which points count, found "
              "--predictions; give --checkpoint or --protocol api");
  const fs::path sequences = sequences_folder(folder);
  require_predictions(dataset, sequences);
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const Entry& entry = dataset.entries()[i];
    const std::string path = path_of(sequences, entry);
    const bool in_cloud = !is_file(entry.label_path);
    std::optional<Scan> scan;
    if (by_distance || in_cloud) scan = dataset.read(i).scan;  // checks that it has as many points
    const Tensor raw = in_cloud ? scan->field_labels : read_labels(entry.label_path);
    const Tensor found = read_labels(path);
    LSK3D_CHECK(raw.dim(0) == found.dim(0), DataError, path, ": expected ", raw.dim(0),
                " predictions, one per label of ", entry.label_path, ", found ", found.dim(0));
    const Tensor labels = dataset.labels().classes_of(raw, entry.label_path);
    const Tensor predictions = dataset.labels().classes_of(found, path);
    score.add(labels.span<std::int32_t>(), predictions.span<std::int32_t>());
    if (by_distance)
      score.add_distances(scan->points, rows_of(labels, scan->kept),
                          rows_of(predictions, scan->kept));
    if (progress)
      progress(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(dataset.size()));
  }
  EvalResult result = score.result();
  result.votes = 0;
  result.left_out = static_cast<std::int64_t>(dataset.without_labels().size());
  return result;
}

}  // namespace lsk3d
