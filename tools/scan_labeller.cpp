// SPDX-License-Identifier: MIT
#include "scan_labeller.h"

#include <iostream>

#include "lsk3d/core/check.h"
#include "stop_signal.h"
#include "verbs.h"

namespace lsk3d::cli {

ScanLabeller::ScanLabeller(Lsk3dNet& model, const LabelMap& labels, const PredictSettings& settings,
                           std::size_t scans, bool skip_bad, bool quiet,
                           const std::string& origin)
    : model_(model),
      settings_(settings),
      skip_bad_(skip_bad),
      scans_(static_cast<std::int64_t>(scans)),
      tally_(labels),
      origin_(origin) {
  bar_.emplace("predict", "scan", scans_, quiet || scans == 1);
  if (scans > 1) catch_stop_signals();
}

std::optional<ScanLabeller::Labelled> ScanLabeller::next(const Reader& read,
                                                         const IsThere& is_there) {
  std::optional<Labelled> result;
  try {
    LabelledScan scan = read();
    if (is_there && is_there(scan.scan)) {
      tally_.there_already();
    } else {
      ScanPrediction prediction = predict_scan(model_, scan, settings_);
      result.emplace(Labelled{std::move(scan), std::move(prediction)});
      tally_.labelled(result->prediction.classes);
    }
  } catch (const DataError& e) {
    if (!skip_bad_) throw;
    bar_->clear();
    tally_.failed(e.what());
  }
  bar_->update(tally_.done());
  return result;
}

bool ScanLabeller::stopped() const { return stop_signal() != 0; }

void ScanLabeller::finish(const std::string& consequence) {
  bar_.reset();
  std::cout << tally_.summary(origin_) << std::endl;
  if (stopped() && tally_.done() < scans_) {
    std::cerr << "lsk3d: stopped by a signal after " << tally_.done() << " of " << scans_
              << " scans; every file written so far is whole" << consequence << '\n';
    throw Interrupted{128 + stop_signal()};
  }
  LSK3D_CHECK(tally_.failures() == 0, DataError, tally_.failures(), " of ", scans_,
              " scans could not be labelled and have no prediction; the lines above name them",
              consequence);
}

}  // namespace lsk3d::cli
