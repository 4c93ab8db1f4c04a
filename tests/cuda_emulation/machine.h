// SPDX-License-Identifier: MIT
// The GPU that the emulated runtime shows, for tests of what happens without one or with a small one.
#pragma once
#include <cstddef>

namespace cuda_emulation {

struct Machine {
  int devices = 1;
  int driver_version = 13000, runtime_version = 13000;
  bool has_image = true;  // whether the binary has code for the device's architecture
  std::size_t memory = std::size_t{1} << 30;
  int architecture = 9, shared_memory = 232448;  // the first number of it; bytes that a block may ask for
};

/// The machine from now on; what is allocated stays.
void set_machine(const Machine& machine);
/// What was copied between host and GPU, and how often the host waited, so far.
struct Traffic {
  int uploads = 0, downloads = 0, waits = 0;
  friend bool operator==(const Traffic&, const Traffic&) = default;
};
Traffic traffic();
/// Dense products that the emulated cuBLASLt gave, so far.
int blas_products();
/// Bytes that cudaMalloc gave and cudaFree did not take back.
std::size_t allocated_bytes();

}  // namespace cuda_emulation
