// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/predictor.h"
#include "prediction_tally.h"
#include "progress_bar.h"

namespace lsk3d::cli {

/// Labels scan after scan with one model, under one progress bar, and keeps count.
class ScanLabeller {
 public:
  struct Labelled {
    LabelledScan scan;
    ScanPrediction prediction;
  };
  using Reader = std::function<LabelledScan()>;
  using IsThere = std::function<bool(const Scan&)>;

  /// `scans` are to come. Without `skip_bad` the first scan that cannot be used ends the work.
  /// Where there are several, signals only raise a flag from now on: see stopped().
  /// `origin` says in the closing line where the scans come from, as in ", sequences 08".
  ScanLabeller(Lsk3dNet& model, const LabelMap& labels, const PredictSettings& settings,
               std::size_t scans, bool skip_bad, bool quiet, const std::string& origin = "");

  /// Reads and labels the next scan. Nothing where it cannot be used, which is said in one line on
  /// stderr, or where `is_there` says that its prediction is there already.
  std::optional<Labelled> next(const Reader& read, const IsThere& is_there = {});
  /// A signal came: leave the rest.
  bool stopped() const;
  /// Prints the closing line on stdout. Throws Interrupted where a signal came and DataError where
  /// scans failed; `consequence` is said with both.
  void finish(const std::string& consequence = "");

  std::int64_t failures() const { return tally_.failures(); }

 private:
  Lsk3dNet& model_;
  PredictSettings settings_;
  bool skip_bad_;
  std::int64_t scans_;
  PredictionTally tally_;
  std::string origin_;
  std::optional<ProgressBar> bar_;
};

}  // namespace lsk3d::cli
