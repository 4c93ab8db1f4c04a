// SPDX-License-Identifier: MIT
#include <iostream>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/importer.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {

void add_import(CLI::App& app) {
  struct Arguments {
    std::string input, config, out;
    std::vector<std::string> set;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "import",
      "Converts a PyTorch checkpoint of the authors' release, masks included, to a model file.\n"
      "Nothing in the checkpoint is executed. The network is found from the tensors' shapes; volume,\n"
      "voxel grid, scales and label map from the number of classes, unless they are said.\n\nExamples:\n"
      "  lsk3d import --input official.pt --out model.safetensors\n"
      "  lsk3d import --input official.pt --set voxels.grid=[1000,1000,60] --out model.safetensors\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("--input", arguments->input, "the .pt file, zip or legacy container")->required();
  verb->add_option("--config", arguments->config, "YAML file with what the checkpoint does not say");
  verb->add_option("--set", arguments->set, "overrides one key")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_option("--out", arguments->out, "model file to write")->required();
  verb->callback([arguments, shared] {
    shared->apply();
    const ImportReport report = import_release_checkpoint(
        arguments->input, ImportOptions{arguments->config, arguments->set}, arguments->out);
    std::cout << "imported " << report.tensors << " tensors, " << report.parameters << " parameters";
    if (report.masks) std::cout << ", " << report.masks << " masked layers at " << 100 * report.sparsity
                                << " % sparsity";
    std::cout << "; model: " << arguments->out << '\n';
  });
}

}  // namespace lsk3d::cli
