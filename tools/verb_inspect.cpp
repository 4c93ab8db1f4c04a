// SPDX-License-Identifier: MIT
#include <filesystem>
#include <iostream>

#include "cloud_options.h"
#include "data_summary.h"
#include "lsk3d/engine/inspector.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {

void add_inspect(CLI::App& app) {
  struct Arguments {
    std::string path;
    InspectOptions options;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("inspect",
                         "Tells what is in a model file, configuration, PyTorch checkpoint, scan "
                         "or data set.\n\nExamples:\n"
                         "  lsk3d inspect runs/a/best.safetensors\n"
                         "  lsk3d inspect runs/a/best.safetensors --scan 000000.bin --json\n"
                         "  lsk3d inspect configs/lsk3dnet_semantickitti.yaml\n"
                         "  lsk3d inspect streets\n");
  auto cloud = add_cloud_options(*verb);
  auto shared = add_shared_options(*verb);
  verb->add_option("path", arguments->path, "the file, or the folder of a data set")->required();
  verb->add_flag("--json", arguments->options.json, "JSON instead of text");
  verb->add_option("--scan", arguments->options.scan,
                   "counts a model's operations on this scan, with and without its zero weights");
  verb->callback([arguments, cloud, shared] {
    shared->apply();
    arguments->options.read_as = [cloud](const CloudFormat& base, const SensorSettings& sensor) {
      return cloud->format(base, sensor);
    };
    std::cout << (std::filesystem::is_directory(arguments->path)
                      ? data_set_summary(arguments->path, cloud->format({}), arguments->options.json)
                      : inspect(arguments->path, arguments->options));
  });
}

}  // namespace lsk3d::cli
