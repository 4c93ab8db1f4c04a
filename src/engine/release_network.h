// SPDX-License-Identifier: MIT
// What network a checkpoint of the release holds, from the shapes of its tensors.
#pragma once
#include <string>
#include <vector>

#include "config_check.h"
#include "lsk3d/io/safetensors.h"

namespace lsk3d {

struct ReleaseNetwork {
  int classes = 0;
  int channels = 0;
  int inner_channels = 0;  // 0: as channels
  KernelSize kernel;
  int blocks = 0;  // one per scale
};

/// `prefix` stands before the names of the state. Throws DataError that names the tensor which is
/// missing or of a shape that no such network has.
ReleaseNetwork find_network(const TensorFile& file, const std::string& prefix);

/// The stock configuration for that many classes (SemanticKITTI's, its multi-scan task's or
/// nuScenes'; where there is none, SemanticKITTI's) with the network put in and the kernel cut into
/// thirds where SDS needs a partition.
Config stock_config(const ReleaseNetwork& network);

/// Throws DataError that names the tensor, the key and its place where `config` says otherwise.
void check_agreement(const ReleaseNetwork& network, const Config& config,
                     const ConfigPlaces& places, const std::string& file);

}  // namespace lsk3d
