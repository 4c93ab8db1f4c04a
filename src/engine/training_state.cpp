// SPDX-License-Identifier: MIT
#include "training_state.h"

#include <charconv>
#include <map>

#include "lsk3d/core/check.h"
#include "lsk3d/models/model_state.h"

namespace lsk3d {
namespace {

/// Tensors of `file` whose names start with `prefix`, without it.
std::vector<std::pair<std::string, Tensor>> with_prefix(const TensorFile& file,
                                                        const std::string& prefix) {
  std::vector<std::pair<std::string, Tensor>> found;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), tensor);
  return found;
}

std::string exact_text(double value) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

double number(const std::map<std::string, std::string>& metadata, const std::string& path,
              const char* key) {
  const auto it = metadata.find(key);
  double value = 0;
  const bool ok =
      it != metadata.end() &&
      std::from_chars(it->second.data(), it->second.data() + it->second.size(), value).ec ==
          std::errc();
  LSK3D_CHECK(ok, DataError, path, ": metadata lacks the number '", key,
              "'; this is not a training state of lsk3d");
  return value;
}

}  // namespace

void save_training_state(const std::string& path, Lsk3dNet& model, Optimizer& optimizer,
                         const Sds* sds, const TrainingPosition& position,
                         const CheckpointInfo& info, const ChannelSelection* selection) {
  TensorFile file;
  file.metadata = to_metadata(describing(info, model));
  file.metadata["run_config"] = to_yaml(info.config);
  file.metadata["format"] = "lsk3d-training-state";
  file.metadata["step"] = std::to_string(position.step);
  file.metadata["epoch"] = std::to_string(position.epoch);
  file.metadata["batch"] = std::to_string(position.batch);
  file.metadata["total_steps"] = std::to_string(position.total_steps);
  if (selection) file.metadata["cut_total_steps"] = std::to_string(position.cut_total_steps);
  file.metadata["best_miou"] = exact_text(position.best_miou);
  file.metadata["last_miou"] = exact_text(position.last_miou);
  save_state(model, file, "model/");
  for (const auto& [name, tensor] : optimizer.state())
    file.add("optimizer/" + name, tensor.to(Device::cpu()));
  if (sds)
    for (const auto& [name, tensor] : sds->masks()) file.add("mask/" + name, tensor);
  if (selection)
    for (const auto& [name, tensor] : selection->state()) file.add("importance/" + name, tensor);
  write_safetensors(path, file);
}

SavedRun saved_run(const std::string& path) {
  auto metadata = read_safetensors_header(path).metadata;
  SavedRun run;
  const auto whole = [&](const char* key) {
    return static_cast<std::int64_t>(number(metadata, path, key));
  };
  run.position.step = whole("step");
  run.position.epoch = static_cast<int>(whole("epoch"));
  run.position.batch = whole("batch");
  run.position.total_steps = whole("total_steps");
  run.position.cut_total_steps =
      metadata.contains("cut_total_steps") ? whole("cut_total_steps") : run.position.total_steps;
  run.position.best_miou = number(metadata, path, "best_miou");
  run.position.last_miou = number(metadata, path, "last_miou");
  const auto config = metadata.find("run_config");
  LSK3D_CHECK(config != metadata.end(), DataError, path,
              ": metadata lacks 'run_config'; this is not a training state of lsk3d");
  run.config = parse_config(config->second, path + " (config)");
  metadata["format"] = "lsk3d";
  run.info = checkpoint_info(metadata, path);
  return run;
}

void load_training_state(const std::string& path, Lsk3dNet& model, Optimizer& optimizer, Sds* sds,
                         std::int64_t steps_done, ChannelSelection* selection) {
  const TensorFile file = read_safetensors(path);
  load_state(model, file, "model/");
  optimizer.load_state(with_prefix(file, "optimizer/"), steps_done);
  if (sds) sds->load_masks(with_prefix(file, "mask/"), steps_done);
  if (selection) selection->load_state(with_prefix(file, "importance/"));
}

}  // namespace lsk3d
