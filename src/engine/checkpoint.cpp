// SPDX-License-Identifier: MIT
#include "lsk3d/engine/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lsk3d/core/check.h"
#include "lsk3d/models/model_state.h"
#include "lsk3d/sparsity/packed_weight.h"
#include "packed_state.h"

namespace lsk3d {
namespace {

const std::string& entry(const std::map<std::string, std::string>& metadata, const char* key,
                         const std::string& path) {
  const auto it = metadata.find(key);
  LSK3D_CHECK(it != metadata.end(), DataError, path, ": its metadata lacks '", key,
              "', so it is no lsk3d model file; use `lsk3d import` for the authors' .pt files");
  return it->second;
}

template <typename T>
T number(const std::map<std::string, std::string>& metadata, const char* key,
         const std::string& path) {
  const std::string& text = entry(metadata, key, path);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  LSK3D_CHECK(error == std::errc() && end == text.data() + text.size(), DataError, path,
              ": metadata '", key, "': expected a number, found '", text, "'");
  return value;
}

std::string exact_text(double value) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

/// False of a map of which a file of version 1 left the names alone.
bool has_ids(const LabelMap& labels) { return !labels.to_raw.empty(); }

/// The label map that a file of version 1 names. Where that is no longer to be had, or has other
/// classes by now: the class names alone.
LabelMap named_label_map(const std::string& name_or_path,
                         const std::vector<std::string>& class_names) {
  try {
    LabelMap map = load_label_map(name_or_path);
    if (map.class_names == class_names) return map;
  } catch (const Error&) {
  }
  LabelMap names;
  names.name = name_or_path;
  names.class_names = class_names;
  return names;
}

/// A network with a number that is none labels every point alike, and says nothing.
void check_finite(Lsk3dNet& model, const std::string& path) {
  for (const Parameter* parameter : model.parameters()) {
    const auto values = std::as_const(parameter->value()).span<float>();
    LSK3D_CHECK(std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }),
                DataError, path, ": expected numbers in '", parameter->name,
                "', found NaN or infinite ones; the file is damaged, take an earlier one");
  }
}

}  // namespace

std::map<std::string, std::string> to_metadata(const CheckpointInfo& info) {
  return {{"format", "lsk3d"},
          {"version", std::to_string(kCheckpointVersion)},
          {"config", to_yaml(info.config)},
          {"class_names", nlohmann::json(info.labels.class_names).dump()},
          {"label_map", has_ids(info.labels) ? to_yaml(info.labels) : ""},
          {"input_statistics", to_json(info.input)},
          {"step", std::to_string(info.step)},
          {"epoch", std::to_string(info.epoch)},
          {"miou", exact_text(info.miou)},
          {"git_revision", info.git_revision}};
}

CheckpointInfo checkpoint_info(const std::map<std::string, std::string>& metadata,
                               const std::string& path) {
  const std::string& format = entry(metadata, "format", path);
  LSK3D_CHECK(format == "lsk3d", DataError, path, ": expected a file of format 'lsk3d', found '",
              format, "'; use `lsk3d import` for the authors' .pt files");
  const int version = number<int>(metadata, "version", path);
  LSK3D_CHECK(version <= kCheckpointVersion, DataError, path,
              ": written by a newer lsk3d (version ", version,
              " of the format, this one reads up to ", kCheckpointVersion, "); update lsk3d");
  CheckpointInfo info;
  try {
    info.config = parse_config(entry(metadata, "config", path), path + " (config)");
    const std::string map = version >= 2 ? entry(metadata, "label_map", path) : "";
    info.labels = !map.empty()
                      ? parse_label_map(map, path + " (label_map)")
                      : named_label_map(
                            info.config.data.label_map,
                            nlohmann::json::parse(entry(metadata, "class_names", path))
                                .get<std::vector<std::string>>());
  } catch (const UsageError& e) {
    throw DataError(e.what());
  } catch (const nlohmann::json::exception&) {
    throw DataError(path +
                    ": metadata 'class_names': expected a JSON list of names; the file is damaged");
  }
  LSK3D_CHECK(info.labels.classes() == info.config.model.classes, DataError, path,
              ": expected a label map of ", info.config.model.classes,
              " classes as in its configuration, found ", info.labels.classes(),
              "; the file is damaged");
  if (version >= 2)
    info.input = parse_input_statistics(entry(metadata, "input_statistics", path), path);
  info.step = number<std::int64_t>(metadata, "step", path);
  info.epoch = number<int>(metadata, "epoch", path);
  info.miou = number<double>(metadata, "miou", path);
  info.git_revision = entry(metadata, "git_revision", path);
  return info;
}

CheckpointInfo describing(CheckpointInfo info, const Lsk3dNet& model) {
  info.config.model.channels = model.settings().channels;
  info.config.model.inner_channels = model.settings().inner_channels;
  return info;
}

void save_checkpoint(const std::string& path, Lsk3dNet& model, const CheckpointInfo& info) {
  TensorFile file;
  save_state(model, file);
  file.metadata = to_metadata(describing(info, model));
  write_safetensors(path, file);
}

LoadedModel load_checkpoint(const std::string& path) {
  LoadedModel loaded;
  {
    TensorFile file = read_safetensors(path);
    loaded.info = checkpoint_info(file.metadata, path);
    loaded.model = std::make_unique<Lsk3dNet>(loaded.info.config.model, loaded.info.config.voxels,
                                              /*seed=*/std::nullopt);
    unpack_state(*loaded.model, file);
    take_state(*loaded.model, std::move(file));
  }
  check_finite(*loaded.model, path);
  release_cached_memory();  // the file's tensors were as large as the model
  const SdsSettings& sds = loaded.info.config.sds;
  if (sds.enabled)
    for (Parameter* parameter : loaded.model->sparse_parameters())
      parameter->pattern = pattern_of_zeros(parameter->value(), sds.granularity);
  loaded.model->train(false);
  return loaded;
}

LabelMap label_map_of(const CheckpointInfo& info, const std::string& name_or_path) {
  if (name_or_path.empty()) {
    LSK3D_CHECK(has_ids(info.labels), UsageError, "--label-map: the model was trained with '",
                info.labels.name,
                "' and carries only the names of its classes, since an earlier lsk3d wrote it; give "
                "the label map as --label-map FILE, with lsk3d export once and for all");
    return info.labels;
  }
  LabelMap map = load_label_map(name_or_path);
  LSK3D_CHECK(map.classes() == info.config.model.classes, UsageError, "--label-map ", name_or_path,
              ": expected ", info.config.model.classes, " classes as the model has, found ",
              map.classes());
  return map;
}

std::string git_revision() { return LSK3D_GIT_REVISION; }

}  // namespace lsk3d
