// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/data/simulator/street_simulator.h"

namespace lsk3d {

/// File in the folder of a simulated data set that says which settings made it.
inline constexpr const char* kSimulatedMarker = "streets.txt";

struct SimulatorSettings {
  std::uint64_t seed = 0;
  int beams = 64;
  int columns = 1800;
  SimulatedMount mount;
  std::vector<std::pair<int, int>> sequences;  // number, scans
};

/// Parses "00:20,08:4" into (number, scans) pairs. Throws UsageError naming the item that is wrong.
std::vector<std::pair<int, int>> parse_simulated_sequences(const std::string& text);

/// Called after each scan with how many of all are done.
using SimulationProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Writes SemanticKITTI layout: out_dir/sequences/NN/{velodyne/NNNNNN.bin, labels/NNNNNN.label,
/// poses.txt, calib.txt, times.txt}. Each file appears whole or not at all. A folder that holds
/// anything but an earlier (perhaps interrupted) output of the same settings is left untouched:
/// UsageError.
void write_simulated_dataset(const SimulatorSettings& settings, const std::string& out_dir,
                             const SimulationProgress& progress = {});

}  // namespace lsk3d
