// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/data/heat_map.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/receptive_field.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/png.h"
#include "lsk3d/io/text_table.h"
#include "cloud_options.h"
#include "output_files.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

constexpr std::array kShares{0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0};

struct ErfArguments {
  std::string checkpoint, input, class_name, out, json;
  int centres = 16;
  double extent = 0;  // 0: what holds 99 % of the influence
};

int class_index(const std::string& name, const std::vector<std::string>& names) {
  if (name.empty()) return 0;
  const auto found = std::find(names.begin() + 1, names.end(), name);
  LSK3D_CHECK(found != names.end(), UsageError, "--class: expected a class of the model, found '",
              name, "'", did_you_mean(name, {names.begin() + 1, names.end()}));
  return static_cast<int>(found - names.begin());
}

std::string percent(double share) {
  return std::to_string(static_cast<int>(100 * share + 0.5)) + " %";
}

std::string two_places(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

void write_picture(const ErfArguments& arguments, const ReceptiveField& field) {
  HeatMapSettings settings;
  settings.half_extent =
      arguments.extent > 0 ? arguments.extent : std::max(1.0, field.radius(0.99));
  settings.rings = {field.radius(0.5), field.radius(0.9)};
  const Image picture = draw_heat_map(field.displacements, field.influence, settings);
  write_png(arguments.out, picture.width, picture.height, picture.rgb);
  std::cout << arguments.out << ": from above, " << two_places(settings.half_extent)
            << " m to each side of the point; rings hold 50 and 90 %\n";
}

void write_json(const std::string& path, const ReceptiveField& field) {
  nlohmann::json json;
  json["centres"] = field.centres;
  for (const double share : kShares)
    json["radius_m"].push_back({{"share", share}, {"radius", field.radius(share)}});
  write_text_file_atomic(path, json.dump(2) + "\n");
}

void run(const ErfArguments& arguments, const CloudOptions& cloud, const SharedOptions& shared) {
  shared.apply();
  LSK3D_CHECK(arguments.extent >= 0 && arguments.extent <= 1000, UsageError,
              "--extent: expected metres above 0 and up to 1000, or 0, found ", arguments.extent);
  LSK3D_CHECK(arguments.out.empty() || std::filesystem::path(arguments.out).extension() == ".png",
              UsageError, "--out ", arguments.out, ": expected a name that ends in .png");
  check_outputs({{"--out", arguments.out}, {"--json", arguments.json}},
                {{"--input", arguments.input}, {"--checkpoint", arguments.checkpoint}});
  LoadedModel loaded = load_checkpoint(arguments.checkpoint);
  loaded.model->to(shared.compute_device());
  LabelledScan scan;
  const Config& config = loaded.info.config;
  scan.scan = read_scan(arguments.input, cloud.format(config.data.format, config.model.sensor));
  ReceptiveFieldSettings settings;
  settings.centres = arguments.centres;
  settings.class_index = class_index(arguments.class_name, loaded.info.labels.class_names);
  settings.seed = shared.seed >= 0 ? static_cast<std::uint64_t>(shared.seed) : 0;
  const ReceptiveField field = [&] {
    ProgressBar bar("erf", "point", settings.centres, shared.quiet);
    return measure_receptive_field(*loaded.model, scan, settings,
                                   [&](std::int64_t done) { bar.update(done); });
  }();
  TextTable table({"influence", "radius m"});
  for (const double share : kShares) table.add({percent(share), two_places(field.radius(share))});
  std::cout << table.to_string() << "mean over " << field.centres.size()
            << (arguments.class_name.empty() ? " points" : " points of " + arguments.class_name)
            << '\n';
  if (!arguments.json.empty()) write_json(arguments.json, field);
  if (!arguments.out.empty()) write_picture(arguments, field);
}

}  // namespace

void add_erf(CLI::App& app) {
  auto arguments = std::make_shared<ErfArguments>();
  CLI::App* verb = app.add_subcommand(
      "erf",
      "Measures how far a model looks: the effective receptive field, from the gradients of "
      "points' "
      "best logits.\n\n"
      "Examples:\n"
      "  lsk3d erf --checkpoint runs/a/best.safetensors --input scan.bin --out erf.png\n"
      "  lsk3d erf --checkpoint runs/a/best.safetensors --input scan.bin --class car --centres "
      "32\n");
  auto cloud = add_cloud_options(*verb);
  auto shared = add_shared_options(*verb);
  verb->add_option("--checkpoint", arguments->checkpoint, "model file")->required();
  verb->add_option("--input", arguments->input, "scan: .bin, .npy, .ply or .pcd")->required();
  verb->add_option("--centres", arguments->centres,
                   "points to trace back, 1 to 64, drawn by --seed")
      ->capture_default_str();
  verb->add_option("--class", arguments->class_name,
                   "only points that the model takes for this class");
  verb->add_option("--out", arguments->out,
                   "picture (.png): influence by place, seen from above, four powers of ten of it");
  verb->add_option("--extent", arguments->extent,
                   "picture: metres to each side; 0: what holds 99 % of the influence")
      ->capture_default_str();
  verb->add_option("--json", arguments->json, "also writes the radii to this file");
  verb->callback([arguments, cloud, shared] { run(*arguments, *cloud, *shared); });
}

}  // namespace lsk3d::cli
