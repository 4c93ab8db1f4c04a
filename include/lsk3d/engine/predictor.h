// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/data/dataset.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/data/scan_statistics.h"
#include "lsk3d/engine/config.h"
#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/ops/precision.h"

namespace lsk3d {

/// What becomes of points outside the volume, which the network never sees.
enum class OutsidePoints {
  nearest,    // the class of the nearest labelled voxel
  unlabeled,  // class 0
};

struct PredictSettings {
  Precision precision = Precision::f32;  // of the large convs
  int votes = 1;  // test-time votes: augmented copies whose logits are summed; 1: none
  OutsidePoints outside = OutsidePoints::nearest;
  std::uint64_t seed = 0;
  InputStatistics trained_on;  // what scans should look like; others are warned of
};

/// One scan's result, row by row as in the scan's file.
struct ScanPrediction {
  Tensor classes;    // i32 [file points], training classes; 0 only where asked for: outside the volume
                     // and for rows without a finite position
  Tensor logits;     // f32 [file points, classes], summed over votes; 0 outside the volume
  Tensor in_volume;  // u8 [file points]
};

/// Runs the model, in evaluation mode, on one scan, on the device where the model is (Module::to).
/// Class 0 is barred: unless settings.outside says unlabeled, points outside the volume take the
/// class of the nearest labelled voxel (all of them outside: of the nearest place inside, as the
/// network sees it), and rows without a finite position the scan's most frequent class. A cloud
/// without points gives empty tensors and a warning. Throws DataError where there are points and none
/// has a finite position.
ScanPrediction predict_scan(Lsk3dNet& model, const LabelledScan& scan,
                            const PredictSettings& settings);

/// The loader settings that a model file's configuration implies.
LoaderSettings loader_settings(const Config& config);
/// How `model` wants its samples, on the device where it is.
LoaderSettings loader_settings(Lsk3dNet& model);

/// How data sets of a configuration are read.
DatasetOptions dataset_options(const Config& config, bool need_labels = true);

}  // namespace lsk3d
