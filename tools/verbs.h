// SPDX-License-Identifier: MIT
// One function per verb: adds its sub-command and, when it is chosen, runs it.
#pragma once
#include <CLI/CLI.hpp>

namespace lsk3d::cli {

/// A verb that a signal ended after it had saved its work.
struct Interrupted {
  int exit_code;  // 128 + the signal's number
};

void add_synth(CLI::App& app);
void add_train(CLI::App& app);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
void add_export(CLI::App& app);
void add_import(CLI::App& app);
void add_inspect(CLI::App& app);
void add_view(CLI::App& app);
void add_erf(CLI::App& app);
void add_bench(CLI::App& app);
void add_data(CLI::App& app);
void add_config(CLI::App& app);

}  // namespace lsk3d::cli
