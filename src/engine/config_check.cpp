// SPDX-License-Identifier: MIT
#include "config_check.h"

#include <algorithm>
#include <functional>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

using Places = ConfigPlaces;

void check_volume(const VoxelSettings& voxels, const Places& places) {
  for (std::size_t a = 0; a < 3; ++a)
    LSK3D_CHECK(voxels.min[a] < voxels.max[a], UsageError, places.of({"voxels.min", "voxels.max"}),
                ": voxels.min: expected values below voxels.max on every axis, found ",
                voxels.min[a], " and ", voxels.max[a], " on axis ", "xyz"[a]);
}

void check_scales(const std::vector<int>& scales, const Places& places) {
  LSK3D_CHECK(!scales.empty(), UsageError, places.of({"model.scales"}),
              ": model.scales: expected at least one scale, found none");
  for (std::size_t i = 1; i < scales.size(); ++i)
    LSK3D_CHECK(scales[i] >= scales[i - 1], UsageError, places.of({"model.scales"}),
                ": model.scales: expected none below the one before, found ", scales[i], " after ",
                scales[i - 1]);
}

/// What widths the network takes on, with CWS in the course of training.
void check_widths(const Config& config, const Places& places) {
  const ModelSettings& m = config.model;
  LSK3D_CHECK(m.channels % 2 == 0, UsageError, places.of({"model.channels"}),
              ": model.channels: expected an even number, found ", m.channels);
  const bool quads = config.sds.enabled && config.sds.granularity == "2:4";
  LSK3D_CHECK(!quads || (m.channels % 4 == 0 && m.inner_channels % 4 == 0), UsageError,
              places.of({"sds.granularity"}),
              ": sds.granularity: 2:4 needs model.channels and model.inner_channels in multiples "
              "of 4, found ",
              m.channels, " and ", m.inner_channels);
  if (!config.cws.enabled) return;
  LSK3D_CHECK(m.inner_channels % 2 == 0, UsageError, places.of({"model.inner_channels"}),
              ": model.inner_channels: cws needs an even number, found ", m.inner_channels);
  LSK3D_CHECK(config.cws.start <= config.cws.stop, UsageError, places.of({"cws.start", "cws.stop"}),
              ": cws.start: expected a share up to cws.stop, found ", config.cws.start, " and ",
              config.cws.stop);
  try {
    for (int width : {m.channels, m.inner_width()}) WidthSchedule(width, config.cws, quads, 1);
  } catch (const UsageError& e) {
    throw UsageError(str_cat(places.of({"cws.width_factor", "cws.enabled"}), ": ", e.what()));
  }
}

/// Cuts that cover the kernel.
void check_partition(const char* key, const std::vector<int>& cuts, KernelSize k,
                     const Places& places) {
  LSK3D_CHECK(k.x == k.y && k.y == k.z && cuts.size() >= 2 && cuts.front() == 0 &&
                  cuts.back() == k.x &&
                  std::is_sorted(cuts.begin(), cuts.end(), std::less_equal<>()),
              UsageError, places.of({key, "model.kernel_size"}), ": ", key,
              ": expected rising cuts from 0 to the kernel size ", k.x,
              " (model.kernel_size), such as [0, ", std::max(1, k.x / 3), ", ", k.x, "]");
}

/// What goes with which kind of large conv.
void check_conv(const Config& config, const Places& places) {
  const std::string& conv = config.model.conv;
  if (conv == "shared")
    check_partition("model.shared_partition", config.model.shared_partition, config.model.kernel,
                    places);
  if (!config.sds.enabled) return;
  LSK3D_CHECK(conv != "shared", UsageError, places.of({"sds.enabled", "model.conv"}),
              ": sds.enabled: expected false where model.conv is shared, whose spatial groups have "
              "one weight each, found true; turn it off or choose full or depthwise");
  const std::string& granularity = config.sds.granularity;
  LSK3D_CHECK(conv != "depthwise" || granularity == "element" || granularity == "offset",
              UsageError, places.of({"sds.granularity", "model.conv"}),
              ": sds.granularity: expected element or offset where model.conv is depthwise, whose "
              "offsets have one weight per channel, found '",
              granularity, "'");
  check_partition("sds.partition", config.sds.partition, config.model.kernel, places);
}

/// What goes with which optimizer.
void check_optimizer(const Config& config, const Places& places) {
  const TrainSettings& train = config.train;
  if (train.optimizer != "sgd" || train.momentum > 0) return;
  LSK3D_CHECK(!train.nesterov, UsageError, places.of({"train.momentum", "train.nesterov"}),
              ": train.nesterov: expected false where train.momentum is 0, found true; set it to "
              "false for plain sgd");
  LSK3D_CHECK(!config.sds.enabled || config.sds.growth != "momentum", UsageError,
              places.of({"sds.growth"}),
              ": sds.growth: expected random or gradient where train.momentum is 0, found "
              "'momentum'");
}

}  // namespace

const YamlTree* ConfigPlaces::find(const std::string& key) const {
  const auto dot = key.find('.');
  const YamlTree* section = tree_.find(key.substr(0, dot));
  return section ? section->find(key.substr(dot + 1)) : nullptr;
}

std::string ConfigPlaces::of(std::initializer_list<const char*> keys) const {
  for (const char* key : keys)
    if (const YamlTree* node = find(key)) return node->where();
  return source_;
}

void check_config(const Config& config, const ConfigPlaces& places) {
  check_volume(config.voxels, places);
  const SensorSettings& sensor = config.model.sensor;
  LSK3D_CHECK(sensor.fov_down < sensor.fov_up, UsageError,
              places.of({"sensor.fov_down", "sensor.fov_up"}),
              ": sensor.fov_down: expected less than sensor.fov_up, found ", sensor.fov_down,
              " and ", sensor.fov_up);
  parse_columns(config.data.format.columns, places.of({"data.columns"}) + ": data.columns");
  parse_remission_scale(config.data.format.remission_scale,
                        places.of({"data.remission_scale"}) + ": data.remission_scale");
  check_scales(config.model.scales, places);
  check_widths(config, places);
  check_conv(config, places);
  check_optimizer(config, places);
  LSK3D_CHECK(config.augmentation.scale_min <= config.augmentation.scale_max, UsageError,
              places.of({"augmentation.scale_min", "augmentation.scale_max"}),
              ": augmentation.scale_min: expected at most augmentation.scale_max, found ",
              config.augmentation.scale_min, " and ", config.augmentation.scale_max);
}

}  // namespace lsk3d
