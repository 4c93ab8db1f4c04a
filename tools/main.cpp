// SPDX-License-Identifier: MIT
// lsk3d: the command line. Errors are caught here, once: one line on stderr and the exit code.
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

#include "lsk3d/core/error.h"
#include "lsk3d/engine/checkpoint.h"
#include "verbs.h"

namespace {

constexpr int kUsage = 2, kDevice = 4, kBug = 70;

int fail(const std::string& message, int code) {
  std::cerr << "lsk3d: error: " << message << '\n';
  return code;
}

int run(int argc, char** argv) {
  CLI::App app{
      "Trains, evaluates and runs LSK3DNet: LiDAR segmentation with large sparse 3D kernels.\n\n"
      "  lsk3d synth --out streets --sequences 00:20,08:4\n"
      "  lsk3d train --config configs/quickstart.yaml --data streets --out runs/first\n"
      "  lsk3d eval --checkpoint runs/first/best.safetensors --data streets\n",
      "lsk3d"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "lsk3d " LSK3D_VERSION " (" + lsk3d::git_revision() + ")");
  lsk3d::cli::add_synth(app);
  lsk3d::cli::add_train(app);
  lsk3d::cli::add_eval(app);
  lsk3d::cli::add_predict(app);
  lsk3d::cli::add_import(app);
  lsk3d::cli::add_inspect(app);
  lsk3d::cli::add_view(app);
  lsk3d::cli::add_data(app);
  lsk3d::cli::add_config(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::string verb;
    for (const CLI::App* sub : app.get_subcommands()) verb += " " + sub->get_name();
    std::string message = e.what();
    for (char& c : message)
      if (c == '\n') c = ' ';
    return fail(message + "; see lsk3d" + verb + " --help", kUsage);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const lsk3d::cli::Interrupted& e) {
    return e.exit_code;
  } catch (const lsk3d::Error& e) {
    return fail(e.what(), e.exit_code());
  } catch (const std::bad_alloc&) {
    return fail("out of memory; lower train.batch_size, model.channels or voxels.grid", kDevice);
  } catch (const std::exception& e) {
    return fail(std::string("a bug in lsk3d: ") + e.what() + "; please report it", kBug);
  }
}
