// SPDX-License-Identifier: MIT
#include "inspect_input.h"

#include <cmath>

#include "lsk3d/core/check.h"
#include "lsk3d/io/text_table.h"

namespace lsk3d {
namespace {

std::string colour_text(const std::array<std::uint8_t, 3>& c) {
  return str_cat(int{c[0]}, " ", int{c[1]}, " ", int{c[2]});
}

std::string rounded(double value) { return str_cat(std::round(1000 * value) / 1000); }

std::string range_text(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) return "unknown";
  return rounded(low) + " to " + rounded(high);
}

}  // namespace

nlohmann::ordered_json input_json(const CheckpointInfo& info) {
  const CloudFormat& format = info.config.data.format;
  const SensorSettings& sensor = info.config.model.sensor;
  nlohmann::ordered_json json;
  auto& classes = json["classes"] = nlohmann::ordered_json::array();
  for (std::size_t c = 0; c < info.labels.class_names.size(); ++c) {
    nlohmann::ordered_json row{{"class", c}, {"name", info.labels.class_names[c]}};
    if (c < info.labels.to_raw.size()) row["raw"] = info.labels.to_raw[c];
    if (c < info.labels.colors.size()) row["color"] = info.labels.colors[c];
    classes.push_back(std::move(row));
  }
  json["clouds"] = {{"columns", format.columns},
                    {"remission_field", format.remission_field},
                    {"remission_scale", format.remission_scale}};
  json["sensor"] = {{"fov_up", sensor.fov_up},
                    {"fov_down", sensor.fov_down},
                    {"rows", sensor.rows},
                    {"columns", sensor.columns},
                    {"height", sensor.height}};
  json["trained_on"] = nlohmann::ordered_json::parse(to_json(info.input));
  return json;
}

std::string input_text(const CheckpointInfo& info) {
  const CloudFormat& format = info.config.data.format;
  const SensorSettings& sensor = info.config.model.sensor;
  const InputStatistics& input = info.input;
  std::string text = str_cat(
      "clouds      columns ", format.columns, ", remission field ", format.remission_field,
      ", remission scale ", format.remission_scale, "\nsensor      ", sensor.rows, " x ",
      sensor.columns, " from ", sensor.fov_up, " to ", sensor.fov_down, " degrees, ", sensor.height,
      " m above the ground\n");
  if (input.scans > 0)
    text += str_cat("trained on  remission up to ", rounded(input.high.remission_max), ", mean ",
                    range_text(input.low.remission_mean, input.high.remission_mean), "; ",
                    range_text(100 * input.low.in_volume, 100 * input.high.in_volume),
                    " % of the points in the volume; ground at z = ",
                    range_text(input.low.ground, input.high.ground), " m (", input.scans,
                    " scans)\n");
  TextTable table({"class", "name", "raw id", "colour"});
  for (std::size_t c = 0; c < info.labels.class_names.size(); ++c)
    table.add({std::to_string(c), info.labels.class_names[c],
               c < info.labels.to_raw.size() ? std::to_string(info.labels.to_raw[c]) : "unknown",
               c < info.labels.colors.size() ? colour_text(info.labels.colors[c]) : ""});
  return text + "\n" + table.to_string() + "\n";
}

}  // namespace lsk3d
