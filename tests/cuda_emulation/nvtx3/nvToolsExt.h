// SPDX-License-Identifier: MIT
// Stands in for NVTX's header of this name: keeps the names of the ranges for tests to read.
#pragma once
#include <string>
#include <vector>

namespace cuda_emulation {

struct RangeLog {
  std::vector<std::string> names;  // in the order in which they began
  int depth = 0;                   // ranges that have not ended
};
inline RangeLog& range_log() {
  static RangeLog log;
  return log;
}

}  // namespace cuda_emulation

inline int nvtxRangePushA(const char* name) {
  cuda_emulation::range_log().names.push_back(name);
  return cuda_emulation::range_log().depth++;
}
inline int nvtxRangePop() { return --cuda_emulation::range_log().depth; }
