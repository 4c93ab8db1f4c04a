// SPDX-License-Identifier: MIT
#include "measurement.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "device/check.h"
#include "device/memory.h"

namespace lsk3d::cuda_bench {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double run_once(const std::function<void()>& work, int repeats) {
  const auto begin = Clock::now();
  for (int i = 0; i < repeats; ++i) work();
  cuda::check(cudaStreamSynchronize(cuda::current_stream()), "waiting for the GPU");
  return milliseconds_since(begin) / repeats;
}

/// Of names that we write ourselves and of paths.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= ' ') out += c;
  }
  return out + '"';
}

template <typename... A>
std::string formatted(const char* format, A... arguments) {
  char text[256];
  std::snprintf(text, sizeof text, format, arguments...);
  return text;
}

}  // namespace

Times measure(const std::function<void()>& work, double seconds) {
  constexpr double kVisible = 1;  // ms
  constexpr std::size_t kLeast = 9, kMost = 1000;
  run_once(work, 1);
  const double first = std::max(run_once(work, 1), 1e-4);
  const int repeats = std::clamp(static_cast<int>(kVisible / first), 1, 1000);
  std::vector<double> times;
  for (const auto begin = Clock::now();
       times.size() < kLeast ||
       (times.size() < kMost && milliseconds_since(begin) < 1e3 * seconds);)
    times.push_back(run_once(work, repeats));
  std::sort(times.begin(), times.end());
  const std::size_t last = times.size() - 1;
  return {times[times.size() / 2], times[last / 10], times[last - last / 10]};
}

double Row::fraction(const Ceilings& c) const {
  const double rate = arithmetic == Arithmetic::bf16 ? c.bf16_tflop_s : c.f32_tflop_s;
  if (arithmetic != Arithmetic::none && rate == 0) return 0;
  const double compute = arithmetic == Arithmetic::none ? 0 : gflop / rate;  // ms
  const double memory = c.copy_gb_s > 0 ? 1e3 * gbyte / c.copy_gb_s : 0;
  return ms.median > 0 ? std::max(compute, memory) / ms.median : 0;
}

void Report::print_head() const {
  std::printf("%s\n%s\n", gpu.c_str(), scan.c_str());
  std::printf("copy %.0f GB/s, f32 products %.1f TFLOP/s, bf16 products %.1f TFLOP/s\n\n",
              ceilings.copy_gb_s, ceilings.f32_tflop_s, ceilings.bf16_tflop_s);
  std::printf("%-34s %6s %10s %10s %10s %9s %9s %8s\n", "", "voxel", "median ms", "low", "high",
              "TFLOP/s", "GB/s", "ceiling");
}

void Report::add(Row row) {
  const auto rate = [&](double amount) {  // GFLOP or GB per ms are T per s
    return amount > 0 ? formatted("%.2f", amount / row.ms.median) : std::string("-");
  };
  const double fraction = row.fraction(ceilings);
  std::printf("%-34s %6s %10.3f %10.3f %10.3f %9s %9s %8s\n", row.name.c_str(),
              row.voxel_cm > 0 ? formatted("%d cm", row.voxel_cm).c_str() : "all", row.ms.median,
              row.ms.low, row.ms.high, rate(row.gflop).c_str(), rate(1e3 * row.gbyte).c_str(),
              fraction > 0 ? formatted("%.1f %%", 100 * fraction).c_str() : "-");
  std::fflush(stdout);
  rows.push_back(std::move(row));
}

std::string Report::json() const {
  std::string out =
      "{\"gpu\": " + quoted(gpu) + ", \"scan\": " + quoted(scan) +
      formatted(", \"copy_gb_s\": %.3f, \"f32_tflop_s\": %.3f, \"bf16_tflop_s\": %.3f,\n",
                ceilings.copy_gb_s, ceilings.f32_tflop_s, ceilings.bf16_tflop_s) +
      " \"notes\": [";
  for (std::size_t i = 0; i < notes.size(); ++i) out += (i > 0 ? ", " : "") + quoted(notes[i]);
  out += "],\n \"rows\": [";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& r = rows[i];
    out += (i > 0 ? ",\n  " : "\n  ") + ("{\"name\": " + quoted(r.name)) +
           formatted(", \"voxel_cm\": %d, \"median_ms\": %.6f, \"low_ms\": %.6f, \"high_ms\": %.6f",
                     r.voxel_cm, r.ms.median, r.ms.low, r.ms.high) +
           formatted(", \"gflop\": %.6f, \"gbyte\": %.6f, \"fraction_of_ceiling\": %.5f}", r.gflop,
                     r.gbyte, r.fraction(ceilings));
  }
  return out + "\n]}\n";
}

}  // namespace lsk3d::cuda_bench
