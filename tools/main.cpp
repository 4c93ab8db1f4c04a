// SPDX-License-Identifier: MIT
// lsk3d: the command line. Errors are caught here, once: one line on stderr and the exit code.
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <system_error>

#include "lsk3d/core/error.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/engine/checkpoint.h"
#include "verbs.h"

namespace {

constexpr int kUsage = 2, kData = 3, kDevice = 4, kBug = 70;

/// One line of bounded length, whatever names and values are quoted in it.
std::string one_line(std::string message) {
  constexpr std::size_t kLongest = 2000;
  if (message.size() > kLongest) message.resize(kLongest), message += " …";
  for (char& c : message)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return message;
}

int fail(const std::string& message, int code) {
  std::cerr << "lsk3d: error: " << one_line(message) << '\n';
  return code;
}

/// What is wrong with the command line, in one line.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  std::string verb, message = error.what();
  const CLI::App* deepest = &app;
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = deepest->get_subcommands()) {
    deepest = chosen.front();
    verb += " " + deepest->get_name();
  }
  for (char& c : message)
    if (c == '\n') c = ' ';
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
    std::vector<std::string> known;
    for (const CLI::Option* option : deepest->get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    for (const std::string& word : deepest->remaining(true)) {
      const std::string option = word.substr(0, word.find('='));
      if (option.starts_with("--")) {
        message = "unknown option '" + option + "'" + lsk3d::did_you_mean(option, known);
        break;
      }
    }
  }
  return message + "; see lsk3d" + verb + " --help";
}

/// The library would only say that a verb is missing.
void refuse_unknown_verb(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  const std::string word = argv[1];
  std::vector<std::string> verbs;
  std::string list;
  for (const CLI::App* verb : app.get_subcommands({})) {
    if (verb->get_name() == word) return refuse_unknown_verb(*verb, argc - 1, argv + 1);
    verbs.push_back(verb->get_name());
    if (!list.empty()) list += ", ";
    list += verb->get_name();
  }
  if (verbs.empty()) return;  // an argument of a verb
  throw lsk3d::UsageError("unknown verb '" + word + "'" + lsk3d::did_you_mean(word, verbs) +
                          "; the verbs are " + list);
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
  lsk3d::cli::add_export(app);
  lsk3d::cli::add_import(app);
  lsk3d::cli::add_inspect(app);
  lsk3d::cli::add_view(app);
  lsk3d::cli::add_erf(app);
  lsk3d::cli::add_bench(app);
  lsk3d::cli::add_data(app);
  lsk3d::cli::add_config(app);
  refuse_unknown_verb(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return fail(explain(app, e), kUsage);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is a failed write, reported like a full disk
  try {
    const int code = run(argc, argv);
    std::cout.flush();  // a full disk behind a redirection is a failed write like any other
    return std::cout ? code : fail("standard output: cannot write; is the disk full?", kData);
  } catch (const lsk3d::cli::Interrupted& e) {
    return e.exit_code;
  } catch (const lsk3d::Error& e) {
    return fail(e.what(), e.exit_code());
  } catch (const std::filesystem::filesystem_error& e) {
    return fail(e.path1().string() + ": " + e.code().message() + "; check the path", kData);
  } catch (const std::system_error& e) {
    return fail(std::string("cannot start threads: ") + e.code().message() + "; lower --threads",
                kDevice);
  } catch (const std::bad_alloc&) {
    return fail("out of memory; lower train.batch_size, model.channels or voxels.grid", kDevice);
  } catch (const std::exception& e) {
    return fail(std::string("a bug in lsk3d: ") + e.what() + "; please report it", kBug);
  }
}
