// SPDX-License-Identifier: MIT
#include <cstdio>
#include <iostream>

#include "lsk3d/core/check.h"
#include "lsk3d/data/simulator/simulated_dataset.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "stop_signal.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

struct SynthArguments {
  std::string out, sequences = "00:20,08:4";
  int beams = 64, columns = 1800;
  SimulatedMount mount;
};

void run(const SynthArguments& arguments, const SharedOptions& shared) {
  shared.apply();
  SimulatorSettings settings;
  settings.seed = shared.seed >= 0 ? static_cast<std::uint64_t>(shared.seed) : 0;
  settings.beams = arguments.beams;
  settings.columns = arguments.columns;
  settings.mount = arguments.mount;
  settings.sequences = parse_simulated_sequences(arguments.sequences);
  std::int64_t scans = 0;
  for (const auto& sequence : settings.sequences) scans += sequence.second;
  catch_stop_signals();
  {
    ProgressBar bar("synth", "scan", scans, shared.quiet);
    write_simulated_dataset(settings, arguments.out, [&](std::int64_t done, std::int64_t) {
      bar.update(done);
      if (stop_signal() == 0 || done == scans) return;
      bar.clear();
      std::cerr << "lsk3d: stopped by a signal after scan " << done << " of " << scans
                << "; the same command goes on from there\n";
      throw Interrupted{128 + stop_signal()};
    });
  }
  std::cout << "simulated " << scans << (scans == 1 ? " scan" : " scans") << " of "
            << settings.sequences.size()
            << (settings.sequences.size() == 1 ? " street" : " streets")
            << " in SemanticKITTI layout: " << arguments.out << '\n';
}

}  // namespace

void add_synth(CLI::App& app) {
  auto arguments = std::make_shared<SynthArguments>();
  CLI::App* verb = app.add_subcommand(
      "synth",
      "Simulates a LiDAR that drives through streets and labels every point, in SemanticKITTI "
      "layout.\n"
      "The same seed gives the same scans; an interrupted run goes on where it stopped.\n\n"
      "Examples:\n"
      "  lsk3d synth --out streets\n"
      "  lsk3d synth --out streets --sequences 00:20,08:4 --seed 7\n"
      "  lsk3d synth --out small --sequences 00:8,01:8,08:4 --beams 32 --columns 900\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("--out", arguments->out,
                   "folder to write: new, empty, or an earlier output to go on with")
      ->required();
  verb->add_option("--sequences", arguments->sequences,
                   "streets and their scans, as in 00:20,08:4; each number is another street")
      ->capture_default_str();
  verb->add_option("--beams", arguments->beams,
                   "lasers of the sensor, 1 to 256; 64: as on the HDL-64E")
      ->capture_default_str();
  verb->add_option("--columns", arguments->columns, "shots of each laser in a turn, 1 to 8192")
      ->capture_default_str();
  verb->add_option("--fov-up", arguments->mount.fov_up, "degrees above the horizon of the first laser")
      ->capture_default_str();
  verb->add_option("--fov-down", arguments->mount.fov_down, "and of the last one")
      ->capture_default_str();
  verb->add_option("--height", arguments->mount.height, "metres from the road to the sensor, 0.3 to 5")
      ->capture_default_str();
  verb->callback([arguments, shared] { run(*arguments, *shared); });
}

}  // namespace lsk3d::cli
