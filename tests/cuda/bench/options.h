// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

namespace lsk3d::cuda_bench {

struct Options {
  std::string scan, json;
  std::int64_t points = 124000;
  int kernel = 9, channels = 64, scales = 4;
  double seconds = 0.3;
};

/// Throws UsageError; shows what there is and ends the program on --help.
Options parse(int argc, char** argv);

}  // namespace lsk3d::cuda_bench
