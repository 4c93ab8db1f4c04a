// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

#include "lsk3d/core/check.h"
#include "lsk3d/data/picture.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/png.h"
#include "cloud_options.h"
#include "output_files.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

namespace fs = std::filesystem;

struct ViewArguments {
  std::string input, labels, checkpoint, out, label_map;
  double extent = 50;
};

enum class Format { png, html };

Format format_of(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  LSK3D_CHECK(ending == ".png" || ending == ".html", UsageError, "--out ", path,
              ": expected a name that ends in .png (picture) or .html (viewer), found '", ending,
              "'");
  return ending == ".png" ? Format::png : Format::html;
}

/// Where SemanticKITTI keeps the labels of sequences/NN/velodyne/X.bin; "" where there are none.
std::string labels_beside(const std::string& input) {
  const fs::path scan = input;
  const fs::path path =
      scan.parent_path().parent_path() / "labels" / (scan.stem().string() + ".label");
  std::error_code error;
  return scan.parent_path().filename() == "velodyne" && fs::is_regular_file(path, error)
             ? path.string()
             : "";
}

/// The rows of a per-file tensor that the reader kept.
Tensor kept_rows(const Tensor& of_file, const Tensor& kept) {
  Tensor rows = Tensor::empty({kept.dim(0)}, DType::i32);
  const std::int32_t *from = of_file.data<std::int32_t>(), *row = kept.data<std::int32_t>();
  std::transform(row, row + kept.dim(0), rows.data<std::int32_t>(),
                 [&](std::int32_t r) { return from[r]; });
  return rows;
}

std::vector<ViewerLayer> layers_of(const ViewArguments& arguments, const LabelledScan& scan,
                                   std::optional<LoadedModel>& loaded, const LabelMap& map,
                                   const SharedOptions& shared) {
  std::vector<ViewerLayer> layers;
  if (loaded) {
    PredictSettings settings;
    settings.trained_on = loaded->info.input;
    settings.seed = shared.seed >= 0 ? static_cast<std::uint64_t>(shared.seed) : 0;
    layers.push_back({"prediction", kept_rows(predict_scan(*loaded->model, scan, settings).classes,
                                              scan.scan.kept)});
  }
  std::string path = arguments.labels;
  if (path.empty()) path = labels_beside(arguments.input);
  if (!path.empty())
    layers.push_back(
        {"labels", kept_rows(map.classes_of(read_labels(path, scan.scan.file_points), path),
                             scan.scan.kept)});
  else if (scan.scan.field_labels.defined())
    layers.push_back({"labels", kept_rows(map.classes_of(scan.scan.field_labels, scan.scan.path),
                                          scan.scan.kept)});
  LSK3D_CHECK(!layers.empty(), UsageError,
              "--labels: expected a label file or --checkpoint for the colours of ",
              arguments.input, ", found neither, and no labels beside the scan");
  return layers;
}

Image picture_of(const LabelledScan& scan, const std::vector<ViewerLayer>& layers,
                 const LabelMap& map, double extent, const SensorSettings& sensor) {
  std::vector<Image> parts;
  BirdEyeSettings from_above;
  from_above.half_extent = extent;
  from_above.size = 1200;
  for (const ViewerLayer& layer : layers) {
    parts.push_back(draw_range_image(scan.scan.points, layer.classes, map, sensor_view(sensor)));
    parts.push_back(draw_bird_eye(scan.scan.points, layer.classes, map, from_above));
    parts.push_back(draw_legend(layer.classes, map, 1400));
  }
  return stack_pictures(parts);
}

void run(const ViewArguments& arguments, const CloudOptions& cloud, const SharedOptions& shared) {
  shared.apply();
  const Format format = format_of(arguments.out);
  LSK3D_CHECK(arguments.extent > 0 && arguments.extent <= 1000, UsageError,
              "--extent: expected metres above 0 and up to 1000, found ", arguments.extent);
  check_outputs({{"--out", arguments.out}}, {{"--input", arguments.input},
                                             {"--labels", arguments.labels},
                                             {"--checkpoint", arguments.checkpoint}});
  std::optional<LoadedModel> loaded;
  if (!arguments.checkpoint.empty()) loaded = load_checkpoint(arguments.checkpoint);
  const LabelMap map = loaded ? label_map_of(loaded->info, arguments.label_map)
                              : load_label_map(arguments.label_map.empty() ? "semantic_kitti"
                                                                           : arguments.label_map);
  LabelledScan scan;
  const Config defaults;
  const Config& config = loaded ? loaded->info.config : defaults;
  scan.scan = read_scan(arguments.input, cloud.format(config.data.format, config.model.sensor));
  const std::vector<ViewerLayer> layers = layers_of(arguments, scan, loaded, map, shared);
  const fs::path parent = fs::path(arguments.out).parent_path();
  std::error_code error;
  if (!parent.empty()) fs::create_directories(parent, error);
  LSK3D_CHECK(!error, DataError, parent.string(), ": cannot make this folder: ", error.message());
  if (format == Format::png) {
    const Image picture = picture_of(scan, layers, map, arguments.extent, config.model.sensor);
    write_png(arguments.out, picture.width, picture.height, picture.rgb);
  } else {
    write_text_file_atomic(arguments.out, viewer_page(fs::path(arguments.input).filename().string(),
                                                      scan.scan.points, layers, map));
  }
  std::cout << "drew " << scan.scan.points.dim(0) << " points: " << arguments.out << '\n';
}

}  // namespace

void add_view(CLI::App& app) {
  auto arguments = std::make_shared<ViewArguments>();
  CLI::App* verb = app.add_subcommand(
      "view",
      "Draws a labelled scan: as the sensor sees it and from above (.png), or as a page to turn "
      "with the\n"
      "mouse that needs no network (.html). With both a checkpoint and labels it shows both.\n\n"
      "Examples:\n"
      "  lsk3d view --input streets/sequences/08/velodyne/000000.bin --out scan.png\n"
      "  lsk3d view --input 000000.bin --labels 000000.label --out scan.html\n"
      "  lsk3d view --input 000000.bin --checkpoint runs/a/best.safetensors --out "
      "predicted.html\n");
  auto cloud = add_cloud_options(*verb);
  auto shared = add_shared_options(*verb);
  verb->add_option("--input", arguments->input, "one scan: .bin, .npy, .ply or .pcd")->required();
  verb->add_option(
      "--labels", arguments->labels,
      "its label file; by default ../labels/NAME.label of a scan in a folder velodyne");
  verb->add_option("--checkpoint", arguments->checkpoint, "model file that predicts the labels");
  verb->add_option("--out", arguments->out, "file to write, .png or .html")->required();
  verb->add_option("--label-map", arguments->label_map,
                   "label map or its YAML file; by default the checkpoint's, else semantic_kitti");
  verb->add_option("--extent", arguments->extent, "metres from the sensor to the picture's edges")
      ->capture_default_str();
  verb->callback([arguments, cloud, shared] { run(*arguments, *cloud, *shared); });
}

}  // namespace lsk3d::cli
