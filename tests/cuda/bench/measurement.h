// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace lsk3d::cuda_bench {

/// Times of one piece of work, in ms: the median and what nine of ten runs stay above and below.
struct Times {
  double median = 0, low = 0, high = 0;
};

/// Runs `work` to warm up, then until `seconds` are over, nine times at least; short work several
/// times in a row, so that the host's clock sees a millisecond. Waits for the GPU before and after
/// each.
Times measure(const std::function<void()>& work, double seconds);

/// What the GPU reaches in this run; 0: not measured, as without cuBLASLt.
struct Ceilings {
  double copy_gb_s = 0;  // read and written
  double f32_tflop_s = 0, bf16_tflop_s = 0;
};

/// `small`: of little memory, to try it out.
Ceilings measure_ceilings(bool small, double seconds);

enum class Arithmetic { none, f32, bf16 };

/// One line. `gflop` and `gbyte` are what the work cannot do without.
struct Row {
  std::string name;
  int voxel_cm;  // 0: of all scales
  Times ms;
  double gflop = 0, gbyte = 0;
  Arithmetic arithmetic = Arithmetic::none;

  /// The least time that the ceilings allow over the median; 0 where they do not say.
  double fraction(const Ceilings& ceilings) const;
};

struct Report {
  std::string gpu, scan;
  Ceilings ceilings;
  std::vector<Row> rows;
  std::vector<std::string> notes;

  void print_head() const;
  /// Adds a row and prints it.
  void add(Row row);
  std::string json() const;
};

}  // namespace lsk3d::cuda_bench
