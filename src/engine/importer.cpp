// SPDX-License-Identifier: MIT
#include "lsk3d/engine/importer.h"

#include <algorithm>

#include "config_over.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/io/torch_checkpoint.h"
#include "lsk3d/models/release_layout.h"
#include "release_masks.h"
#include "release_network.h"

namespace lsk3d {
namespace {

constexpr const char* kMaskPrefix = "mask/";
constexpr const char* kFirstName = "voxel_3d_generator.PPmodel.0.weight";

/// What stands before the names of the model's state dictionary in `file`.
std::string state_prefix(const TensorFile& file, const std::string& first_name) {
  std::vector<std::string> tried;
  for (const char* level : {"checkpoint/", "model_state/", "model/", "state_dict/", "network/", ""})
    for (const char* module : {"", "module."}) {
      const std::string prefix = std::string(level) + module;
      const bool there = file.contains(prefix + first_name);
      if (there) return prefix;
    }
  // No parameter by its full name: take the level that holds any, so that the error can list them
  // all.
  for (const char* level : {"checkpoint/", "model_state/", "model/", "state_dict/", "network/"})
    for (const auto& [name, tensor] : file.tensors)
      if (name.starts_with(level))
        return name.starts_with(std::string(level) + "module.") ? std::string(level) + "module."
                                                                : level;
  throw DataError(file.path + ": expected a model state with '" + first_name +
                  "', alone or under 'checkpoint' or 'model_state', found " +
                  (file.tensors.empty() ? "no tensor at all"
                                        : "'" + file.tensors.front().first + "' and others") +
                  "; is it a checkpoint of LSK3DNet?");
}

/// `file` without what is not the model's: masks and other entries must not count as unexpected.
TensorFile only_state(const TensorFile& file, const std::string& prefix) {
  if (!prefix.empty() && prefix != "module.") return file;  // the prefix tells them apart already
  TensorFile state;
  state.path = file.path;
  for (const auto& [name, tensor] : file.tensors)
    if (name.find('/') == std::string::npos) state.add(name, tensor);
  return state;
}

double zero_share(const std::vector<Parameter*>& parameters) {
  std::int64_t zeros = 0, all = 0;
  for (const Parameter* parameter : parameters) {
    const auto values = std::as_const(parameter->value()).span<float>();
    zeros += std::count(values.begin(), values.end(), 0.0f);
    all += static_cast<std::int64_t>(values.size());
  }
  return all ? static_cast<double>(zeros) / static_cast<double>(all) : 0;
}

/// Says what the checkpoint does not tell and nobody said either.
void say_what_was_taken(const Config& config, const ConfigPlaces& places, const std::string& file) {
  std::string taken;
  const auto take = [&](const char* key, const std::string& value) {
    if (!places.said(key)) taken += str_cat(taken.empty() ? "" : ", ", key, " ", value);
  };
  const auto list = [](const auto& values) {
    std::string text;
    for (const auto& value : values) text += str_cat(text.empty() ? "[" : ", ", value);
    return text + "]";
  };
  take("voxels.min", list(config.voxels.min));
  take("voxels.max", list(config.voxels.max));
  take("voxels.grid", list(config.voxels.grid));
  take("model.scales", list(config.model.scales));
  take("data.label_map", config.data.label_map);
  if (!taken.empty())
    log_info(str_cat(file, ": its ", config.model.classes, " classes suggest ", taken,
                     "; set what it was trained with if that is something else"));
}

/// A label map of as many classes as the checkpoint has.
void check_labels(const Config& config, const ConfigPlaces& places, const std::string& file) {
  const LabelMap labels = load_label_map(config.data.label_map);
  if (labels.classes() == config.model.classes) return;
  if (places.said("data.label_map"))
    throw UsageError(str_cat(places.of({"data.label_map"}), ": data.label_map: expected a map of ",
                             config.model.classes, " classes as ", file, " has, found '",
                             labels.name, "' of ", labels.classes()));
  throw UsageError(str_cat(file, ": expected the classes of a built-in label map, found ",
                           config.model.classes,
                           "; set data.label_map to the map that it was trained with"));
}

ImportReport import_state(const TensorFile& file, const std::string& prefix, const Config& config,
                          const std::string& out) {
  CheckpointInfo info;
  info.config = config;
  info.labels = load_label_map(config.data.label_map);
  LSK3D_CHECK(info.labels.classes() == config.model.classes, UsageError, "model.classes: expected ",
              info.labels.classes(), " as in the label map '", info.labels.name, "', found ",
              config.model.classes, "; leave the key out, the label map says it");
  info.git_revision = git_revision();

  Lsk3dNet model(config.model, config.voxels, /*seed=*/std::nullopt);
  load_release_state(model, only_state(file, prefix), prefix);
  const ReleaseMasks masks = apply_release_masks(model, file, kMaskPrefix, config.sds.partition);

  ImportReport report;
  for (const Parameter* parameter : model.parameters())
    report.parameters += parameter->value().numel();
  report.tensors = static_cast<std::int64_t>(model.parameters().size() + model.buffers().size());
  report.masks = masks.layers;
  report.sparsity = zero_share(model.sparse_parameters());
  if (config.model.normals != "reference")
    log_info("model.normals: the release's weights need 'reference'; the model file says so");
  info.config.model.normals = "reference";
  info.config.sds.enabled = masks.layers > 0;
  if (masks.layers > 0) {
    info.config.sds.partition = masks.partition;
    info.config.sds.sparsity = std::min(report.sparsity, 0.999);
  }
  save_checkpoint(out, model, info);
  return report;
}

}  // namespace

ImportReport import_release_checkpoint(const std::string& input, const Config& config,
                                       const std::string& out) {
  const TensorFile file = read_torch_checkpoint(input);
  return import_state(file, state_prefix(file, kFirstName), config, out);
}

ImportReport import_release_checkpoint(const std::string& input, const ImportOptions& options,
                                       const std::string& out) {
  const TensorFile file = read_torch_checkpoint(input);
  const std::string prefix = state_prefix(file, kFirstName);
  const ReleaseNetwork network = find_network(file, prefix);
  // The masks tell whether there is SDS and in which spatial groups.
  std::vector<std::string> set = options.set;
  set.push_back("sds.enabled=false");
  const Config config = load_config_over(stock_config(network), options.config, set,
                                         [&](const Config& read, const ConfigPlaces& places) {
                                           check_agreement(network, read, places, input);
                                           check_labels(read, places, input);
                                           say_what_was_taken(read, places, input);
                                         });
  return import_state(file, prefix, config, out);
}

}  // namespace lsk3d
