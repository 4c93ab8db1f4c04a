// SPDX-License-Identifier: MIT
#include <iostream>

#include "lsk3d/engine/config.h"
#include "verbs.h"

namespace lsk3d::cli {

void add_config(CLI::App& app) {
  struct Arguments {
    std::string path;
    std::vector<std::string> set;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("config", "Looks at configurations.\n\nExample:\n"
                                                "  lsk3d config print configs/quickstart.yaml\n");
  verb->require_subcommand(1);
  CLI::App* print = verb->add_subcommand(
      "print",
      "Prints a configuration with its bases, overrides and defaults resolved.\n\nExamples:\n"
      "  lsk3d config print\n"
      "  lsk3d config print configs/lsk3dnet_small.yaml --set train.lr=0.01\n");
  print->add_option("config", arguments->path, "YAML file; without one the defaults are printed");
  print->add_option("--set", arguments->set, "overrides one key")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  print->callback([arguments] {
    std::cout << to_yaml(arguments->path.empty()
                             ? parse_config("", "defaults", arguments->set)
                             : load_config(arguments->path, arguments->set));
  });
}

}  // namespace lsk3d::cli
