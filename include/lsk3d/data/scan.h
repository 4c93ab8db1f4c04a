// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/cloud_format.h"

namespace lsk3d {

/// Points as read, with what was wrong with them.
struct Scan {
  Tensor points;               // f32 [N, 4] x, y, z, remission; all finite
  Tensor kept;                 // i32 [N], row in the file of each point (drops leave gaps)
  std::int64_t file_points = 0;  // points in the file
  std::int64_t dropped = 0;      // points without a finite position, left out and warned about
  Tensor field_labels;  // i32 [file points], raw ids of a field `label`; undefined without one
  bool has_remission = true;  // false: the file has none, or no finite one; 0 stands for it
  double raised = 0;  // metres added to z: CloudFormat::raise
  bool doubtful = false;  // a warning has said that its numbers tell of another layout
  std::string path;
};

/// Reads .bin (float32 x y z remission), .npy, .ply or .pcd by the file's ending, and as `format`
/// says. A remission that is not finite counts as 0. Warns of what is odd: no remission, positions
/// that are not finite, values that tell of another layout. Throws DataError on an unknown ending, a
/// size that is not a whole number of points, an empty .bin file, fields that are missing.
Scan read_scan(const std::string& path, const CloudFormat& format = {});

/// Whether a path ends like a scan (.bin, .npy, .ply, .pcd, case aside) and is no hidden file, such
/// as the ._000000.bin that macOS leaves on other disks.
bool has_scan_name(const std::string& path);
/// Whether a folder's entry of that path is a scan: has_scan_name, and no folder, pipe or socket. A link
/// that leads nowhere is one, so that its reader can say so.
bool is_scan_file(const std::string& path);
/// The name of a scan's file without folder and ending: 000000 for a/000000.pcd.bin.
std::string scan_stem(const std::string& path);

/// Raw labels of a .label file as bits of uint32 in i32 [N]: low 16 bits semantic id, high 16
/// instance id. Throws DataError where the file holds no whole number of labels.
Tensor read_labels(const std::string& path);
/// The same for a scan of `expected_points`; throws DataError where the file holds another number.
Tensor read_labels(const std::string& path, std::int64_t expected_points);
/// Writes i32 [N] raw labels as uint32, atomically.
void write_labels(const std::string& path, const Tensor& labels);

}  // namespace lsk3d
