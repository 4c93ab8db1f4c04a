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
  std::int64_t dropped = 0;      // points with NaN or infinite values, left out and warned about
  std::string path;
};

/// Reads .bin (KITTI float32 x y z remission), .npy, .ply or .pcd by the file's ending. Throws DataError
/// on an unknown ending, a size that is not a whole number of points, an empty file.
Scan read_scan(const std::string& path, const CloudFormat& format = {});

/// Whether a path ends like a scan (.bin, .npy, .ply, .pcd, case aside) and is no hidden file, such
/// as the ._000000.bin that macOS leaves on other disks.
bool has_scan_name(const std::string& path);
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
