// SPDX-License-Identifier: MIT
#include "training_state.h"

#include <charconv>
#include <map>
#include <sstream>

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

/// The configuration of a saved run, with what does not change its numbers as `now` has it.
std::string comparable_config(const std::string& saved, const std::string& path,
                              const Config& now) {
  Config config = parse_config(saved, path + " (config)");
  config.train.workers = now.train.workers;
  config.train.log_every = now.train.log_every;
  config.train.save_minutes = now.train.save_minutes;
  return to_yaml(config);
}

/// The first line in which two resolved configurations differ.
std::string first_difference(const std::string& saved, const std::string& wanted) {
  std::istringstream a(saved), b(wanted);
  std::string line_a, line_b;
  while (std::getline(a, line_a) && std::getline(b, line_b))
    if (line_a != line_b) return str_cat("saved '", line_a, "', now '", line_b, "'");
  return "another number of keys";
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

std::int64_t saved_step(const std::string& path) {
  return static_cast<std::int64_t>(number(read_safetensors_header(path).metadata, path, "step"));
}

CheckpointInfo saved_info(const std::string& path) {
  auto metadata = read_safetensors_header(path).metadata;
  metadata["format"] = "lsk3d";
  return checkpoint_info(metadata, path);
}

TrainingPosition load_training_state(const std::string& path, Lsk3dNet& model, Optimizer& optimizer,
                                     Sds* sds, const Config& config, std::int64_t total_steps,
                                     ChannelSelection* selection) {
  const TensorFile file = read_safetensors(path);
  TrainingPosition position;
  position.step = static_cast<std::int64_t>(number(file.metadata, path, "step"));
  position.epoch = static_cast<int>(number(file.metadata, path, "epoch"));
  position.batch = static_cast<std::int64_t>(number(file.metadata, path, "batch"));
  position.best_miou = number(file.metadata, path, "best_miou");
  position.last_miou = number(file.metadata, path, "last_miou");
  const auto entry = file.metadata.find("run_config");
  LSK3D_CHECK(entry != file.metadata.end(), DataError, path,
              ": metadata lacks 'run_config'; this is not a training state of lsk3d");
  const std::string saved = comparable_config(entry->second, path, config);
  LSK3D_CHECK(saved == to_yaml(config), UsageError,
              "--resume: the run was started with another configuration (",
              first_difference(saved, to_yaml(config)),
              "); resume with the run's own config.yaml or start a new run");
  position.total_steps = static_cast<std::int64_t>(number(file.metadata, path, "total_steps"));
  LSK3D_CHECK(position.total_steps == total_steps, UsageError,
              "--resume: the run was started on data that makes ", position.total_steps,
              " steps, these make ", total_steps, "; resume with the same --data");
  load_state(model, file, "model/");
  optimizer.load_state(with_prefix(file, "optimizer/"), position.step);
  if (sds) sds->load_masks(with_prefix(file, "mask/"), position.step);
  if (selection) selection->load_state(with_prefix(file, "importance/"));
  return position;
}

}  // namespace lsk3d
