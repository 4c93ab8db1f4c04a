// SPDX-License-Identifier: MIT
// What a data set holds and what is wrong with it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lsk3d/data/cloud_format.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/sparse/voxel_settings.h"

namespace lsk3d {

/// A file that cannot be used, and why.
struct DataProblem {
  std::string path;
  std::string what;  // one line, as the reader's error says it
};

/// A raw label id that the label map does not list.
struct UnknownLabel {
  std::int64_t points = 0;
  std::string first_path;  // a file that holds it
};

struct SequenceReport {
  std::string sequence;  // name of its folder
  std::int64_t scans = 0, labelled_scans = 0, points = 0;
  std::int64_t counted_points = 0;   // with labels of classes other than 0
  std::int64_t missing_labels = 0;   // label files that are not there
  std::int64_t benchmark_scans = 0;  // that SemanticKITTI has in it; 0: not one of its sequences
};

/// How data sets are checked.
struct CheckSettings {
  VoxelSettings voxels;
  CloudFormat format;
  bool need_labels = true;  // false: for scans that are to be predicted
  /// progress(done, total); may be empty.
  std::function<void(std::int64_t, std::int64_t)> progress;
};

struct DataReport {
  std::string root, label_map;
  bool simulated = false;                // made by the simulator, as a file in the folder says
  bool need_labels = true;               // as in CheckSettings
  std::vector<std::string> class_names;  // by training class
  std::vector<SequenceReport> sequences;
  std::vector<std::string> missing_sequences;   // asked for, not there
  std::int64_t scans = 0;                       // scan files
  std::int64_t labelled_scans = 0;              // with labels that fit
  std::int64_t points = 0;                      // in readable scans
  std::int64_t min_points = 0, max_points = 0;  // per readable scan
  std::int64_t labelled_points = 0;             // with an entry in a label file that fits
  std::int64_t invalid_points = 0;              // NaN or infinite
  std::int64_t outside_points = 0;              // finite, not inside the volume
  std::int64_t empty_scans = 0;                 // no usable point
  std::vector<std::string> empty_paths;         // those scans
  std::vector<std::string> outside_paths;       // scans with usable points, all outside the volume
  std::vector<std::int64_t> class_points;       // by training class, of labelled points
  std::vector<std::int64_t> class_scans;        // scans in which the class occurs
  std::map<std::int32_t, UnknownLabel> unknown_labels;
  std::int32_t largest_raw_id = -1;
  std::vector<std::string> missing_labels;  // label files that are not there
  std::vector<DataProblem> unreadable_scans;
  std::vector<DataProblem> broken_labels;  // unreadable, or another count than the scan has points

  /// Nothing stands in the way of training: no unreadable file, no scan without a point inside the
  /// volume, no label that does not fit, no unknown id, no missing sequence, and in every labelled
  /// sequence at least one point of a class that counts. Stray invalid points are no fault, nor are
  /// sequences without any label file (a test sequence); one label file missing among others is.
  /// Where labels are not needed: every scan can be predicted.
  bool ok() const;
  /// Label files that are missing beside others of their sequence.
  std::int64_t missing_among_others() const;
  /// Labelled sequences in which no point counts.
  std::vector<std::string> uncounted_sequences() const;
  /// Points of classes other than 0.
  std::int64_t counted_points() const;
  /// Raw ids that are all below the number of classes, some of them unknown to the label map: they
  /// look like training classes, or ids of another data set. Empty where they do not.
  std::string label_advice() const;
  double outside_share() const;  // of finite points
};

/// Reads every scan of `sequences` (see find_sequence; all that exist where empty) and reports;
/// faulty files are noted, not thrown. Throws DataError only where `root` holds no data set at all.
/// Files are read in parallel; the report does not depend on that.
DataReport check_dataset(const std::string& root, const std::vector<std::string>& sequences,
                         const LabelMap& labels, const CheckSettings& settings = {});

/// The report for people: totals, a class table, then one line per problem, at most `max_lines` of
/// each kind.
std::string to_text(const DataReport& report, std::size_t max_lines = 10);

}  // namespace lsk3d
