// SPDX-License-Identifier: MIT
// Model files: a safetensors file that carries its own configuration.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/data/label_map.h"
#include "lsk3d/data/scan_statistics.h"
#include "lsk3d/engine/config.h"
#include "lsk3d/io/safetensors.h"
#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

/// What a model file says of itself besides its tensors.
struct CheckpointInfo {
  Config config;
  LabelMap labels;  // of the run; of a file of version 1 perhaps the names alone: see label_map_of
  InputStatistics input;  // of scans it was trained on; none of files of version 1
  std::int64_t step = 0;  // optimizer steps done
  int epoch = 0;          // whole epochs done
  double miou = -1;       // of the last validation; -1: never validated
  std::string git_revision;
};

/// Version of the layout of names and metadata; a file with a newer one is refused.
/// 2 carries the whole label map, or none where it was made of a file of 1, which named its file.
inline constexpr int kCheckpointVersion = 2;

/// `info` as the metadata of a model file and back. Throws DataError naming the file and the
/// missing or foreign entry.
std::map<std::string, std::string> to_metadata(const CheckpointInfo& info);
CheckpointInfo checkpoint_info(const std::map<std::string, std::string>& metadata,
                               const std::string& path);

/// `info` with the present width of `model` in its configuration: CWS changes that during training.
CheckpointInfo describing(CheckpointInfo info, const Lsk3dNet& model);

/// Writes model tensors and info, as describing() gives it, atomically.
void save_checkpoint(const std::string& path, Lsk3dNet& model, const CheckpointInfo& info);

struct LoadedModel {
  CheckpointInfo info;
  std::unique_ptr<Lsk3dNet> model;  // in evaluation mode
};

/// Reads a model file, exported or not; what its large kernels have pruned by offset or block, the
/// model skips. Throws DataError naming the file where it is no lsk3d model file, is cut off, or
/// its tensors do not fit its configuration.
LoadedModel load_checkpoint(const std::string& path);

/// The label map to read and write labels of the model's classes with: the one that its file carries,
/// or, where `name_or_path` is not empty, that one instead. Throws UsageError where that has another
/// number of classes, or where there is none: files of version 1 carry no map of one's own.
LabelMap label_map_of(const CheckpointInfo& info, const std::string& name_or_path = "");

/// Revision of the sources this library was built from, or "unknown".
std::string git_revision();

}  // namespace lsk3d
