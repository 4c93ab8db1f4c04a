// SPDX-License-Identifier: MIT
#include "lsk3d/engine/inspector.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "inspect_input.h"
#include "inspect_report.h"
#include "lsk3d/core/check.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/io/text_table.h"
#include "lsk3d/io/torch_checkpoint.h"
#include "lsk3d/models/model_state.h"
#include "packed_state.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string size_text(std::uintmax_t bytes) {
  const auto value = static_cast<double>(bytes);
  return bytes < 10000 ? str_cat(bytes, " bytes") : str_cat(short_number(value), "B");
}

struct File {
  std::string path;
  std::uintmax_t bytes = 0;
  std::string heading(const std::string& kind) const {
    return path + ": " + kind + ", " + size_text(bytes) + "\n";
  }
  Json json(const std::string& kind) const {
    return {{"file", path}, {"kind", kind}, {"file_bytes", bytes}};
  }
};

CloudFormat format_of(const InspectOptions& options, const Config& config = {}) {
  const CloudFormat& format = config.data.format;
  return options.read_as ? options.read_as(format, config.model.sensor) : format;
}

std::string model_report(const File& file, const std::string& kind, Lsk3dNet& model,
                         const Config& config, Json extra, const std::string& extra_text,
                         const InspectOptions& options) {
  Config as_read = config;
  as_read.data.format = format_of(options, config);
  const ModelFacts facts = inspect_model(model, as_read, options.scan);
  if (!options.json) return file.heading(kind) + extra_text + to_text(facts, config);
  Json json = file.json(kind);
  json.update(extra);
  json.update(to_json(facts, config));
  return json.dump(2) + "\n";
}

std::string tensor_list(const File& file, const std::string& kind, const TensorFile& tensors,
                        bool json) {
  if (json) {
    Json out = file.json(kind);
    auto& list = out["tensors"] = Json::array();
    for (const auto& [name, tensor] : tensors.tensors)
      list.push_back(
          {{"name", name}, {"dtype", to_string(tensor.dtype())}, {"shape", tensor.shape()}});
    return out.dump(2) + "\n";
  }
  TextTable table({"tensor", "type", "shape"});
  for (const auto& [name, tensor] : tensors.tensors)
    table.add({name, to_string(tensor.dtype()), to_string(tensor.shape())});
  return file.heading(kind) + table.to_string();
}

/// How the tensors lie in the file.
Json storage_of(const TensorFile& file) {
  if (!is_packed(file)) return {{"exported", false}};
  std::int64_t packed = 0;
  for (const auto& [name, tensor] : file.tensors) packed += name.ends_with(".packed.index");
  const auto entry = [&](const char* key) {
    const auto it = file.metadata.find(key);
    return it == file.metadata.end() ? std::string() : it->second;
  };
  return {{"exported", true},
          {"packing", entry("packing")},
          {"dtype", entry("dtype")},
          {"packed_kernels", packed}};
}

std::string storage_text(const Json& stored) {
  if (!stored.at("exported")) return "";
  return str_cat("exported    weights as ", stored.at("dtype").get<std::string>(), ", ",
                 stored.at("packed_kernels").get<std::int64_t>(),
                 " kernels without their pruned weights, by ",
                 stored.at("packing").get<std::string>(), "\n");
}

std::string inspect_safetensors(const File& file, const InspectOptions& options) {
  TensorFile tensors = read_safetensors(file.path);
  const auto format = tensors.metadata.find("format");
  const bool state = format != tensors.metadata.end() && format->second == "lsk3d-training-state";
  if (!state && (format == tensors.metadata.end() || format->second != "lsk3d")) {
    LSK3D_CHECK(options.scan.empty(), UsageError, "--scan: ", file.path,
                " is no model of lsk3d, so no operations can be counted; leave it out");
    return tensor_list(file, "safetensors file", tensors, options.json);
  }
  if (state) tensors.metadata["format"] = "lsk3d";
  const CheckpointInfo info = checkpoint_info(tensors.metadata, file.path);
  Lsk3dNet model(info.config.model, info.config.voxels);
  const Json stored = storage_of(tensors);
  if (!state) unpack_state(model, tensors);
  load_state(model, tensors, state ? "model/" : "");
  const Json extra{
      {"step", info.step},
      {"epoch", info.epoch},
      {"miou", info.miou < 0 ? Json(nullptr) : Json(info.miou)},
      {"class_names", info.labels.class_names},
      {"input", input_json(info)},
      {"git_revision", info.git_revision},
      {"stored", stored},
      {"sds", {{"enabled", info.config.sds.enabled}, {"sparsity", info.config.sds.sparsity}}},
      {"config", tensors.metadata.at("config")}};
  const std::string text =
      str_cat("trained     ", info.step, " steps, ", info.epoch, " epochs, ",
              info.miou < 0 ? "not validated" : "mIoU " + percent_text(info.miou), ", lsk3d ",
              info.git_revision, "\n") +
      storage_text(stored) + input_text(info);
  return model_report(file, state ? "training state" : "model file", model, info.config, extra,
                      text, options);
}

std::string inspect_config(const File& file, const InspectOptions& options) {
  const Config config = load_config(file.path);
  Lsk3dNet model(config.model, config.voxels, config.train.seed);
  const Json extra{{"config", to_yaml(config)}};
  return model_report(file, "configuration", model, config, extra, "", options);
}

std::string inspect_scan(const File& file, const InspectOptions& options) {
  const Scan scan = read_scan(file.path, format_of(options));
  const VoxelSettings volume;
  const float* points = scan.points.data<float>();
  const std::int64_t n = scan.points.dim(0);
  std::array<float, 4> low, high;
  low.fill(std::numeric_limits<float>::infinity());
  high.fill(-std::numeric_limits<float>::infinity());
  std::int64_t inside = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    bool in = true;
    for (std::size_t a = 0; a < 4; ++a) {
      const float value = points[i * 4 + static_cast<std::int64_t>(a)];
      low[a] = std::min(low[a], value);
      high[a] = std::max(high[a], value);
      if (a < 3) in = in && value > volume.min[a] && value < volume.max[a];
    }
    inside += in;
  }
  Json json = file.json("scan");
  json["points"] = scan.file_points;
  json["dropped"] = scan.dropped;
  json["in_volume"] = inside;
  const char* axes[] = {"x", "y", "z", "remission"};
  std::string text =
      file.heading("scan") +
      str_cat("points     ", scan.file_points, ", without finite values ", scan.dropped,
              "\nin volume  ", inside, " (",
              percent_text(n ? static_cast<double>(inside) / static_cast<double>(n) : 0),
              ") of -50 -50 -4 to 50 50 2 m\n");
  for (std::size_t a = 0; a < 4 && n > 0; ++a) {
    json["range"][axes[a]] = {low[a], high[a]};
    text += std::string(axes[a]) + std::string(11 - std::string(axes[a]).size(), ' ') +
            str_cat(low[a], " to ", high[a], "\n");
  }
  return options.json ? json.dump(2) + "\n" : text;
}

}  // namespace

std::string inspect(const std::string& path, const InspectOptions& options) {
  std::error_code error;
  LSK3D_CHECK(fs::exists(path, error), DataError, path, ": no such file");
  LSK3D_CHECK(fs::is_regular_file(path, error), DataError, path,
              ": expected a file, found a folder");
  const File file{path, fs::file_size(path, error)};
  const std::string ending = fs::path(path).extension().string();
  if (ending == ".safetensors") return inspect_safetensors(file, options);
  if (ending == ".yaml" || ending == ".yml") return inspect_config(file, options);
  LSK3D_CHECK(options.scan.empty(), UsageError,
              "--scan goes with a model file or a configuration, not with ", path);
  if (ending == ".pt" || ending == ".pth" || ending == ".ckpt")
    return tensor_list(file, "PyTorch checkpoint", read_torch_checkpoint(path), options.json);
  if (has_scan_name(path)) return inspect_scan(file, options);
  throw DataError(path +
                  ": expected a file that ends in .safetensors, .yaml, .pt, .pth, .bin, .npy, .ply "
                  "or .pcd, or the folder of a data set, found '" +
                  ending + "'");
}

}  // namespace lsk3d
