// SPDX-License-Identifier: MIT
// Everything a run is made of, read from YAML.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/data/augmentation.h"
#include "lsk3d/data/cloud_format.h"
#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/sparse/voxel_settings.h"
#include "lsk3d/sparsity/cws.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d {

struct DataSettings {
  std::string kind = "semantic_kitti";
  std::string label_map = "semantic_kitti";  // built-in name or path of a YAML file
  // Folder names of sequences; "8" finds 08 as well.
  std::vector<std::string> train{"0", "1", "2", "3", "4", "5", "6", "7", "9", "10"};
  std::vector<std::string> valid{"8"};
  std::vector<std::string> test{"11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21"};
  CloudFormat format;    // columns, remission_field, remission_scale
  bool skip_bad = true;  // leave out scans that cannot be used; false: the first one ends the work
};

struct TrainSettings {
  int epochs = 60;
  int batch_size = 4;
  std::string optimizer = "adamw";  // sgd, adam, adamw
  double lr = 0.005;
  double momentum = 0.9;  // sgd
  bool nesterov = true;   // sgd
  double weight_decay = 0.02;
  std::string schedule = "one_cycle";  // constant, step, cosine, one_cycle, warmup_cosine
  int decay_step = 30;                 // step: epochs between decays
  double decay_rate = 0.1;             // step
  double warmup_epochs = 1;            // warmup_cosine
  std::string precision = "f32";       // of large convs: f32, bf16 (on a GPU alone)
  double clip_norm = 0.25;             // 0: no clipping
  double label_smoothing = 0.2;
  double lovasz = 1.0;        // weight of the Lovász-softmax loss; 0 turns it off
  bool class_weights = true;  // weigh the cross-entropy by class frequency
  std::string class_counts = "label_map";  // where the frequencies come from: label_map, training_set
  int workers = 1;            // loader threads beside the training thread
  int validate_every = 1;     // epochs; 0: only after the last
  double save_minutes = 10;   // also save inside an epoch this often
  int log_every = 10;         // steps between lines of metrics.jsonl
  std::uint64_t seed = 0;
};

struct Config {
  /// With CWS: the network after selection; in a model file: the one it holds. model.sensor is read
  /// from a section of its own.
  ModelSettings model;
  VoxelSettings voxels;
  SdsSettings sds;
  CwsSettings cws;
  DataSettings data;
  AugmentationSettings augmentation;
  TrainSettings train;
};

/// Reads a YAML file. `base: other.yaml` (relative to the file) is read first and overridden;
/// `overrides` are "section.key=value" and come last. Throws UsageError naming file, line and key
/// for an unknown key (with the nearest known one), a value of the wrong type or out of range, a
/// base that leads back to itself; DataError where a file cannot be read. Without `model.classes`
/// there are as many as the label map has; with it the label map is not looked at.
Config load_config(const std::string& path, const std::vector<std::string>& overrides = {});

/// As load_config, of text; `source` stands for the file's name in messages.
Config parse_config(const std::string& text, const std::string& source,
                    const std::vector<std::string>& overrides = {});

/// The resolved configuration as YAML with every key, readable by parse_config to equal values.
std::string to_yaml(const Config& config);

}  // namespace lsk3d
