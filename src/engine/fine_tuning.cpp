// SPDX-License-Identifier: MIT
#include "fine_tuning.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "channel_selection.h"
#include "config_values.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/io/safetensors.h"
#include "lsk3d/models/model_state.h"

namespace lsk3d {
namespace {

/// What the model was trained to see; always its own.
constexpr const char* kOfTheModel[] = {"model.normals", "voxels.min", "voxels.max", "voxels.grid"};
/// What describes the data and their sensor: the model's where the configuration says nothing.
constexpr const char* kOfTheData[] = {"data.columns",    "data.remission_field",
                                      "data.remission_scale", "sensor.fov_up",
                                      "sensor.fov_down", "sensor.rows",
                                      "sensor.columns",  "sensor.height"};
/// What the model's masks were made with.
constexpr const char* kOfTheMasks[] = {"sds.sparsity", "sds.partition", "sds.granularity"};

double zero_share(const std::vector<Parameter*>& parameters) {
  std::int64_t zeros = 0, all = 0;
  for (const Parameter* parameter : parameters) {
    const auto values = std::as_const(parameter->value()).span<float>();
    zeros += std::count(values.begin(), values.end(), 0.0f);
    all += static_cast<std::int64_t>(values.size());
  }
  return all > 0 ? static_cast<double>(zeros) / static_cast<double>(all) : 0;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
  return text;
}

std::string shape_of(const ModelSettings& s) {
  std::string scales;
  for (int scale : s.scales) scales += str_cat(scales.empty() ? "" : ", ", scale);
  return str_cat(s.conv, " kernel ", s.kernel.z, "x", s.kernel.y, "x", s.kernel.x, ", scales ",
                 scales, ", ", s.channels, " channels (",
                 s.inner_channels > 0 ? s.inner_channels : s.channels, " inside residual blocks)");
}

bool holds(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

StartingModel::StartingModel(const std::string& path) : path_(path) {
  LSK3D_CHECK(!read_safetensors_header(path).metadata.contains("packing"), UsageError, "--init ",
              path,
              ": expected a model as training writes it, found an exported one, whose batch norms "
              "are folded into its weights; start from the file it was exported from");
  model_ = load_checkpoint(path);
  zeros_ = zero_share(model_.model->sparse_parameters());
}

void StartingModel::check_shape(const Config& config) const {
  const std::string found = shape_of(model_.model->settings());
  const std::string wanted = shape_of(model_at(config, 0, 1));
  LSK3D_CHECK(found == wanted, UsageError, "--init: expected a model of ", wanted,
              " as this run begins with, found ", found, " in ", path_,
              config.cws.enabled ? "; with cws.enabled a run begins wider than it ends, so perhaps "
                                   "give --set cws.enabled=false"
                                 : "");
}

void StartingModel::check_sparsity(const Config& config,
                                   const std::vector<std::string>& set_keys) const {
  const SdsSettings& own = model_.info.config.sds;
  if (!is_sparse()) {
    if (config.sds.enabled && config.sds.sparsity > 0)
      log_warning(str_cat("--init ", path_,
                          ": no weight is pruned there; sds.enabled draws masks at random, which "
                          "takes away ",
                          percent(config.sds.sparsity), " of the large kernels' weights"));
    return;
  }
  if (!config.sds.enabled) {
    LSK3D_CHECK(holds(set_keys, "sds.enabled"), UsageError, "--init ", path_, ": ",
                percent(zeros_),
                " of its large kernels' weights are pruned, and sds.enabled is false, which would "
                "fill them up; give --set sds.enabled=true --set sds.stop_epoch=0 to keep its "
                "masks, or --set sds.enabled=false to fill them");
    log_warning(str_cat("--init ", path_, ": ", percent(zeros_),
                        " of its large kernels' weights are pruned; with sds.enabled false they "
                        "fill up"));
    return;
  }
  LSK3D_CHECK(!own.enabled || !holds(set_keys, "sds.sparsity") ||
                  config.sds.sparsity == own.sparsity,
              UsageError, "--init ", path_, ": sds.sparsity: its masks are kept, expected its ",
              own.sparsity, ", found ", config.sds.sparsity, "; leave out --set sds.sparsity");
}

void StartingModel::warn_of_classes(const Config& config) const {
  const LabelMap wanted = load_label_map(config.data.label_map);
  const LabelMap& own = model_.info.labels;
  if (own.classes() != wanted.classes() || own.class_names == wanted.class_names) return;
  std::size_t c = 0;
  while (own.class_names[c] == wanted.class_names[c]) ++c;
  log_warning(str_cat("--init ", path_, ": its classes are others than those of data.label_map ",
                      wanted.name, " (class ", c, " is ", own.class_names[c], " there, ",
                      wanted.class_names[c],
                      " here); the last layer is taken over as it is and has to learn them anew"));
}

Config StartingModel::adapt(const Config& config, const std::vector<std::string>& set_keys) const {
  check_shape(config);
  check_sparsity(config, set_keys);
  warn_of_classes(config);
  const auto now = config_values(config), own = config_values(model_.info.config),
             defaults = config_values(Config{});
  std::map<std::string, std::string> taken;
  std::string told, kept;
  const auto take = [&](const std::string& key, bool only_default) {
    if (now.at(key) == own.at(key)) return;
    const bool keeps = holds(set_keys, key) || (only_default && now.at(key) != defaults.at(key));
    if (!keeps) taken[key] = own.at(key);
    std::string& text = keeps ? kept : told;
    text += str_cat(text.empty() ? "" : ", ", key, " ", keeps ? now.at(key) : own.at(key), " (",
                    keeps ? "there " : "not ", keeps ? own.at(key) : now.at(key), ")");
  };
  for (const char* key : kOfTheModel) take(key, false);
  for (const char* key : kOfTheData) take(key, true);
  if (config.sds.enabled && is_sparse() && model_.info.config.sds.enabled)
    for (const char* key : kOfTheMasks) take(key, false);
  if (!told.empty()) log_info(str_cat("--init ", path_, ": takes over ", told));
  if (!kept.empty()) log_warning(str_cat("--init ", path_, ": trained with other settings: ", kept));
  return taken.empty() ? config : with_values(config, taken, path_);
}

void StartingModel::copy_to(Lsk3dNet& model) const {
  const std::vector<std::string> drawn = copy_fitting_state(*model_.model, model);
  if (!drawn.empty())
    log_info(str_cat("starts from ", path_, "; drawn anew for ", model.settings().classes,
                     " classes: ", drawn.size(), " tensors from ", drawn.front(), " on"));
}

}  // namespace lsk3d
