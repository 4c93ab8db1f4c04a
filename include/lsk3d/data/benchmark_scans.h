// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

namespace lsk3d {

/// Scans that SemanticKITTI has in the sequence of that folder name (00 to 21); 0 for another name.
std::int64_t benchmark_scans(const std::string& sequence);

/// Its test sequences, which the benchmark judges, and their scans.
constexpr int kFirstTestSequence = 11, kLastTestSequence = 21;
constexpr std::int64_t kBenchmarkTestScans = 20351;

}  // namespace lsk3d
