// SPDX-License-Identifier: MIT
// The archive that the server of the SemanticKITTI benchmark takes.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/io/zip.h"

namespace lsk3d {

/// Predictions of the benchmark's test sequences, 11 to 21, as sequences/NN/predictions/NAME.label
/// in a zip archive, with an entry for every folder. The server refuses an archive that lacks one
/// of them, so an incomplete one is not written unless asked for: complete is what holds every scan
/// of all eleven sequences. An archive of other sequences alone, to look at, is written with a
/// warning.
class Submission {
 public:
  /// For the scans of `dataset`. Throws UsageError where `path` does not end in .zip or the label
  /// map writes ids that the benchmark does not know, and, unless `incomplete`, DataError where a
  /// sequence is missing: all before any work. Warns of sequences of another length than the
  /// benchmark's.
  Submission(const std::string& path, const SemanticKittiDataset& dataset, bool incomplete);

  /// `raw` i32 [points of the scan], raw ids.
  void add(const SemanticKittiDataset::Entry& entry, const Tensor& raw);
  /// The archive appears under its name; without this it never does. Unless `incomplete`, throws
  /// DataError where scans were not added.
  void finish();

 private:
  std::string path_;
  bool incomplete_;
  std::size_t scans_, added_ = 0;
  std::unique_ptr<ZipWriter> zip_;
};

}  // namespace lsk3d
