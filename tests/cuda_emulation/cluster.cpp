// SPDX-License-Identifier: MIT
#include <device/cluster.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <map>
#include <stdexcept>

#include "sanitizers.h"

namespace lsk3d::cuda {
namespace {

struct ClusterCopy {
  void* to;
  const void* from;
  std::uint32_t bytes;
};

/// A barrier that counts bytes; its phase ends when what is expected has come.
struct Arrivals {
  unsigned phase = 0;
  bool expecting = false;
  std::int64_t missing = 0;  // bytes expected and not sent yet, below 0 where they came early
  // No container: what it allocates and moves the thread sanitizer would take for the kernel's.
  std::array<ClusterCopy, 64> sent;
  std::size_t count = 0;

  void begin() {
    phase = 0;
    expecting = false;
    missing = 0;
    count = 0;
  }
  void end_phase() {
    for (std::size_t i = 0; i < count; ++i) std::memcpy(sent[i].to, sent[i].from, sent[i].bytes);
    count = 0;
    expecting = false;
    ++phase;
  }
};

/// By the address of the barrier.
Arrivals& arrivals_at(const void* barrier) {
  static std::map<const void*, Arrivals> all;
  return all[barrier];
}

/// The same place in the shared memory of another block of the cluster.
void* at_rank(void* own, unsigned rank) {
  const std::ptrdiff_t offset = static_cast<std::byte*>(own) -
                                static_cast<std::byte*>(cuda_emulation::dynamic_shared_memory());
  return static_cast<std::byte*>(cuda_emulation::dynamic_shared_memory_of(rank)) + offset;
}

}  // namespace

void init_arrivals(std::uint64_t* barrier) { arrivals_at(barrier).begin(); }

void expect_arrivals(std::uint64_t* barrier, std::uint32_t bytes) {
  Arrivals& arrivals = arrivals_at(barrier);
  if (arrivals.expecting) throw std::logic_error("a barrier that expects twice in one phase");
  arrivals.expecting = true;
  arrivals.missing += bytes;
}

void copy_to_cluster(void* to_shared, const void* from, std::uint32_t bytes,
                     std::uint64_t* barrier) {
  if ((reinterpret_cast<std::uintptr_t>(from) | bytes) % 16 != 0)
    throw std::logic_error("a bulk copy of what is not aligned to 16 bytes");
  for (unsigned rank = 0; rank < cuda_emulation::cluster_size(); ++rank) {
    Arrivals& arrivals = arrivals_at(at_rank(barrier, rank));
    arrivals.sent.at(arrivals.count++) = {at_rank(to_shared, rank), from, bytes};
    arrivals.missing -= bytes;
  }
}

void wait_for_arrivals(std::uint64_t* barrier, unsigned parity) {
  constexpr int kMostRounds = 10000;
  Arrivals& arrivals = arrivals_at(barrier);
  cuda_emulation::acquire_order(&arrivals);
  for (int round = 0; arrivals.phase % 2 == parity; ++round) {
    if (arrivals.expecting && arrivals.missing == 0) {
      arrivals.end_phase();
      cuda_emulation::release_order(&arrivals);
      return;
    }
    if (round == kMostRounds) throw std::logic_error("a wait for copies that nobody sends");
    cuda_emulation::give_way();
  }
  cuda_emulation::acquire_order(&arrivals);
}

}  // namespace lsk3d::cuda
