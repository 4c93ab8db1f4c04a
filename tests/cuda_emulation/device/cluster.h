// SPDX-License-Identifier: MIT
// What cuda/device/cluster.h says, with copies that happen when somebody waits for them.
#pragma once
#include <cstdint>

#include "block.h"

namespace lsk3d::cuda {

inline unsigned cluster_rank() { return cuda_emulation::block_rank(); }
inline void cluster_barrier() { cuda_emulation::cluster_barrier(); }

void init_arrivals(std::uint64_t* barrier);
void expect_arrivals(std::uint64_t* barrier, std::uint32_t bytes);
void copy_to_cluster(void* to_shared, const void* from, std::uint32_t bytes,
                     std::uint64_t* barrier);
void wait_for_arrivals(std::uint64_t* barrier, unsigned parity);

}  // namespace lsk3d::cuda
