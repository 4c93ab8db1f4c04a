// SPDX-License-Identifier: MIT
#include "bench/measurement.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/processor.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/io/text_table.h"

namespace lsk3d::cli {
namespace {

/// Forgets the peak so far where the kernel allows it (Linux, own process).
void reset_peak_memory() {
  std::ofstream clear("/proc/self/clear_refs");
  clear << "5";
}

double peak_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    long kib = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %ld kB", &kib) == 1)
      return static_cast<double>(kib) / 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::string text(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

}  // namespace

Measurement measure(const std::function<void()>& work, int runs) {
  return measure_in_turn({work}, runs).front();
}

std::vector<Measurement> measure_in_turn(const std::vector<std::function<void()>>& works,
                                         int runs) {
  reset_peak_memory();
  for (const auto& work : works) work();
  std::vector<std::vector<double>> times(works.size());
  for (int i = 0; i < runs; ++i)
    for (std::size_t n = 0; n < works.size(); ++n) {
      const auto begin = std::chrono::steady_clock::now();
      works[n]();
      const std::chrono::duration<double, std::milli> taken =
          std::chrono::steady_clock::now() - begin;
      times[n].push_back(taken.count());
    }
  std::vector<Measurement> all;
  const double peak = peak_memory_mb();
  for (auto& t : times) {
    std::sort(t.begin(), t.end());
    all.push_back({t[t.size() / 2], t.front(), t.back(), peak});
  }
  return all;
}

std::string bench_table(const std::vector<BenchRow>& rows, const MachineCeiling& machine) {
  TextTable table({"case", "K", "C", "scale", "precision", "op", "median ms", "min", "max",
                   "GFLOP/s", "of sgemm", "speed-up", "peak MB"});
  for (const BenchRow& row : rows) {
    const bool arithmetic = row.gflops > 0;
    const bool compare = arithmetic && row.ceiling_gflops > 0;
    table.add({row.name, row.kernel ? std::to_string(row.kernel) : "",
               row.channels ? std::to_string(row.channels) : "",
               row.scale ? std::to_string(row.scale) : "", row.precision, row.op,
               text("%.2f", row.time.median_ms), text("%.2f", row.time.min_ms),
               text("%.2f", row.time.max_ms), arithmetic ? text("%.1f", row.gflops) : "",
               compare ? text("%.2f", row.gflops / row.ceiling_gflops) : "",
               row.speedup > 0 ? text("%.2f", row.speedup) : "", text("%.0f", row.time.peak_mb)});
  }
  return table.to_string() + "machine: " + processor_name() + ", " + std::to_string(num_threads()) +
         " threads; sgemm " + text("%.1f", machine.sgemm_gflops) + " GFLOP/s, copy " +
         text("%.1f", machine.copy_gb_s) + " GB/s\n";
}

std::string bench_json(const std::vector<BenchRow>& rows, const MachineCeiling& machine) {
  nlohmann::ordered_json json;
  json["machine"] = {{"processor", processor_name()},
                     {"threads", num_threads()},
                     {"sgemm_gflops", machine.sgemm_gflops},
                     {"copy_gb_s", machine.copy_gb_s}};
  json["rows"] = nlohmann::ordered_json::array();
  for (const BenchRow& row : rows)
    json["rows"].push_back(
        {{"case", row.name},
         {"kernel", row.kernel},
         {"channels", row.channels},
         {"scale", row.scale},
         {"precision", row.precision},
         {"op", row.op},
         {"median_ms", row.time.median_ms},
         {"min_ms", row.time.min_ms},
         {"max_ms", row.time.max_ms},
         {"gflops", row.gflops},
         {"ceiling_gflops", row.ceiling_gflops},
         {"fraction", row.ceiling_gflops > 0 ? row.gflops / row.ceiling_gflops : 0.0},
         {"speedup", row.speedup},
         {"peak_mb", row.time.peak_mb}});
  return json.dump(2) + "\n";
}

}  // namespace lsk3d::cli
