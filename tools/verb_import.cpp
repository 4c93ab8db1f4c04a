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
      "Nothing in the checkpoint is executed.\n\nExample:\n"
      "  lsk3d import --input official.pt --config configs/lsk3dnet_semantickitti.yaml --out model.safetensors\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("--input", arguments->input, "the .pt file, zip or legacy container")->required();
  verb->add_option("--config", arguments->config, "YAML file that describes the network")->required();
  verb->add_option("--set", arguments->set, "overrides one key")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_option("--out", arguments->out, "model file to write")->required();
  verb->callback([arguments, shared] {
    shared->apply();
    const ImportReport report = import_release_checkpoint(
        arguments->input, load_config(arguments->config, arguments->set), arguments->out);
    std::cout << "imported " << report.tensors << " tensors, " << report.parameters << " parameters";
    if (report.masks) std::cout << ", " << report.masks << " masked layers at " << 100 * report.sparsity
                                << " % sparsity";
    std::cout << "; model: " << arguments->out << '\n';
  });
}

}  // namespace lsk3d::cli
