// SPDX-License-Identifier: MIT
#include "inspect_report.h"

#include <algorithm>
#include <cstdio>

#include "lsk3d/core/check.h"
#include "lsk3d/io/text_table.h"

namespace lsk3d {
namespace {

double zero_share(std::int64_t nonzero, std::int64_t all) {
  return all ? 1 - static_cast<double>(nonzero) / static_cast<double>(all) : 0;
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (std::int64_t extent : shape) {
    if (!text.empty()) text += "x";
    text += std::to_string(extent);
  }
  return text;
}

template <typename List>
std::string joined(const List& values) {
  std::string text;
  for (const auto& value : values) {
    if (!text.empty()) text += " ";
    text += str_cat(value);
  }
  return text;
}

/// One line a layer: density of each spatial group in percent, z-slices apart.
std::string group_lines(const ModelFacts& facts) {
  std::string text = "\nnon-zero weights by spatial group, % (kernel axes cut at " +
                     joined(facts.partition) + "; x fastest, | between z slices)\n";
  const std::size_t n = facts.partition.size() - 1;
  for (const ParameterFacts& layer : facts.layers) {
    if (layer.groups.empty()) continue;
    text += "  " + layer.name + ":";
    for (std::size_t g = 0; g < layer.groups.size(); ++g) {
      char cell[16];
      std::snprintf(cell, sizeof cell, " %.0f", 100 * layer.groups[g]);
      if (g > 0 && g % (n * n) == 0) text += " |";
      text += cell;
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string short_number(double value) {
  char text[32];
  if (value >= 1e9) std::snprintf(text, sizeof text, "%.2f G", value / 1e9);
  else if (value >= 1e6) std::snprintf(text, sizeof text, "%.2f M", value / 1e6);
  else if (value >= 1e4) std::snprintf(text, sizeof text, "%.1f k", value / 1e3);
  else std::snprintf(text, sizeof text, "%.0f", value);
  return text;
}

std::string percent_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

nlohmann::ordered_json to_json(const ModelFacts& facts, const Config& config) {
  nlohmann::ordered_json json;
  const KernelSize k = config.model.kernel;
  json["model"] = {
      {"name", config.model.name},         {"classes", config.model.classes},
      {"channels", config.model.channels}, {"inner_channels", config.model.inner_channels},
      {"kernel_size", {k.z, k.y, k.x}},    {"conv", config.model.conv},
      {"scales", config.model.scales},     {"normals", config.model.normals}};
  json["voxels"] = {
      {"min", config.voxels.min}, {"max", config.voxels.max}, {"grid", config.voxels.grid}};
  json["label_map"] = config.data.label_map;
  json["parameters"] = facts.parameters;
  json["nonzero"] = facts.nonzero;
  json["sparsity"] = zero_share(facts.nonzero, facts.parameters);
  json["sparse_layers"] = {{"parameters", facts.sparse_parameters},
                           {"nonzero", facts.sparse_nonzero},
                           {"sparsity", zero_share(facts.sparse_nonzero, facts.sparse_parameters)},
                           {"partition", facts.partition}};
  if (!facts.scan.empty())
    json["operations"] = {{"scan", facts.scan},
                          {"points", facts.scan_points},
                          {"flops_dense", 2 * facts.dense_mac},
                          {"flops", 2 * facts.mac}};
  auto& layers = json["layers"] = nlohmann::ordered_json::array();
  for (const ParameterFacts& layer : facts.layers) {
    nlohmann::ordered_json row{{"name", layer.name},
                               {"shape", layer.shape},
                               {"parameters", layer.parameters},
                               {"nonzero", layer.nonzero},
                               {"sparsity", zero_share(layer.nonzero, layer.parameters)}};
    if (!layer.groups.empty()) row["group_density"] = layer.groups;
    if (!facts.scan.empty()) row["flops_dense"] = 2 * layer.dense_mac, row["flops"] = 2 * layer.mac;
    layers.push_back(std::move(row));
  }
  return json;
}

std::string to_text(const ModelFacts& facts, const Config& config) {
  const ModelSettings& m = config.model;
  std::string text =
      str_cat("network     ", m.name, ", ", m.channels, " channels, kernel ", m.kernel.z, "x",
              m.kernel.y, "x", m.kernel.x, m.conv == "full" ? "" : " " + m.conv, ", scales ",
              joined(m.scales), ", ", m.classes, " classes (", config.data.label_map, "), normals ",
              m.normals, "\nvolume      ", joined(config.voxels.min), " to ",
              joined(config.voxels.max), " m in ", joined(config.voxels.grid),
              " voxels\nparameters  ", short_number(static_cast<double>(facts.parameters)),
              ", not zero ", short_number(static_cast<double>(facts.nonzero)), "\n");
  if (facts.sparse_parameters > 0)
    text += str_cat("sparsity    ",
                    percent_text(zero_share(facts.sparse_nonzero, facts.sparse_parameters)),
                    " of the ", short_number(static_cast<double>(facts.sparse_parameters)),
                    " weights of the large kernels\n");
  const bool scan = !facts.scan.empty();
  if (scan)
    text +=
        str_cat("operations  ", short_number(2 * facts.mac), "FLOP on ", facts.scan, " (",
                facts.scan_points, " points), dense ", short_number(2 * facts.dense_mac), "FLOP\n");
  text += "\n";
  std::vector<std::string> head{"layer", "shape", "parameters", "not zero", "zero"};
  if (scan) head.insert(head.end(), {"FLOP", "dense"});
  TextTable table(head);
  for (const ParameterFacts& layer : facts.layers) {
    std::vector<std::string> row{layer.name, shape_text(layer.shape),
                                 std::to_string(layer.parameters), std::to_string(layer.nonzero),
                                 percent_text(zero_share(layer.nonzero, layer.parameters))};
    if (scan)
      row.insert(row.end(), {short_number(2 * layer.mac), short_number(2 * layer.dense_mac)});
    table.add(row);
  }
  text += table.to_string();
  const bool groups =
      std::any_of(facts.layers.begin(), facts.layers.end(),
                  [](const ParameterFacts& layer) { return !layer.groups.empty(); });
  return groups ? text + group_lines(facts) : text;
}

}  // namespace lsk3d
