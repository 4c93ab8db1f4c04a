// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace lsk3d::cli {

/// Times of several runs of one thing, in milliseconds.
struct Measurement {
  double median_ms = 0, min_ms = 0, max_ms = 0;
  double peak_mb = 0;  // highest resident memory of the process while it ran
};

/// Runs `work` once unmeasured, then `runs` >= 1 times.
Measurement measure(const std::function<void()>& work, int runs);

/// The same for several things to be compared: one run of each in turn, so that whatever else the
/// machine does meets them alike. The peak memory is that of all together.
std::vector<Measurement> measure_in_turn(const std::vector<std::function<void()>>& works, int runs);

/// One line of a benchmark's table and of its JSON.
struct BenchRow {
  std::string name;  // "conv", "map", …
  int kernel = 0, channels = 0, scale = 0;
  std::string precision = "f32", op;
  Measurement time;
  double gflops = 0;          // useful arithmetic per second; 0: not about arithmetic
  double ceiling_gflops = 0;  // the machine's large sgemm in the same run
  double speedup = 0;         // over the first row it was measured in turn with; 0: over nothing
};

/// What this machine reaches on the two textbook loads, on num_threads() threads.
struct MachineCeiling {
  double sgemm_gflops = 0;  // 2048 × 2048 × 2048, single precision; 0 in a build without BLAS
  double copy_gb_s = 0;     // bytes read plus written per second, 256 MiB blocks
};
/// The best of several tries: other work on the machine can only lower it.
MachineCeiling measure_ceiling();

/// The table for people and {"machine": …, "rows": […]} for programs.
std::string bench_table(const std::vector<BenchRow>& rows, const MachineCeiling& machine);
std::string bench_json(const std::vector<BenchRow>& rows, const MachineCeiling& machine);

}  // namespace lsk3d::cli
