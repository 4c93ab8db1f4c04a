// SPDX-License-Identifier: MIT
#include <cstdio>
#include <iostream>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/exporter.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

DType dtype_named(const std::string& name) {
  if (name == "f32") return DType::f32;
  LSK3D_CHECK(name == "bf16", UsageError, "--dtype: expected f32 or bf16, found '", name, "'");
  return DType::bf16;
}

}  // namespace

void add_export(CLI::App& app) {
  struct Arguments {
    std::string checkpoint, out, label_map, dtype = "f32";
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "export",
      "Writes the deployable model: without its pruned weights, batch norms folded. eval, predict "
      "and\n"
      "inspect take it like any model file.\n\nExamples:\n"
      "  lsk3d export --checkpoint runs/a/best.safetensors --out model.safetensors\n"
      "  lsk3d export --checkpoint runs/a/best.safetensors --out small.safetensors --dtype bf16\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("--checkpoint", arguments->checkpoint, "model file")->required();
  verb->add_option("--out", arguments->out, "model file to write")->required();
  verb->add_option("--dtype", arguments->dtype,
                   "how weights are stored: f32, or bf16 for half the size")
      ->capture_default_str();
  verb->add_option("--label-map", arguments->label_map,
                   "built-in name or YAML file to carry instead of the model's own label map");
  verb->callback([arguments, shared] {
    shared->apply();
    const ExportReport report =
        export_model(arguments->checkpoint, arguments->out, dtype_named(arguments->dtype),
                     arguments->label_map);
    const double megabyte = 1e6;
    char text[240];
    std::snprintf(
        text, sizeof text,
        "exported %d channels, %.2f M weights of which %.2f M are not zero; %d kernels packed by "
        "%s, "
        "%d batch norms folded; %.2f MB, was %.2f MB (%.0f %%); model: ",
        report.channels, static_cast<double>(report.parameters) / megabyte,
        static_cast<double>(report.nonzero) / megabyte, report.packed, report.layout.c_str(),
        report.folded, static_cast<double>(report.bytes_after) / megabyte,
        static_cast<double>(report.bytes_before) / megabyte,
        100 * static_cast<double>(report.bytes_after) / static_cast<double>(report.bytes_before));
    std::cout << text << arguments->out << '\n';
  });
}

}  // namespace lsk3d::cli
