// SPDX-License-Identifier: MIT
// Runs the thread blocks of a kernel one after the other, or a cluster of them after the other, the
// threads of a block as fibers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

namespace cuda_emulation {

struct Index {
  unsigned x = 1, y = 1, z = 1;
};

/// What the built-in variables of a kernel show.
struct ThreadView {
  Index thread, block, block_size, grid_size;
};
const ThreadView& this_thread();
/// Of the running block; bytes as the launch said, rubbish in them at first.
void* dynamic_shared_memory();
/// The running block's place in its cluster, and the shared memory of another one there.
unsigned block_rank();
unsigned cluster_size();
void* dynamic_shared_memory_of(unsigned rank);

/// Blocks and threads in the given or in the opposite order: a kernel that gives other bits then
/// lacks a barrier.
void set_reversed_order(bool reversed);

/// Whether the thread sanitizer is on, which stops the program at a race.
bool finds_races();

/// Runs `body` once per thread, one grid at a time. A block whose threads wait for each other for ever, or a body that
/// throws, is a std::logic_error. `cluster` blocks that follow each other along x run side by side;
/// their kernels have dynamic shared memory alone.
void run_grid(Index grid, Index block, std::size_t shared_bytes, const std::function<void()>& body,
              unsigned cluster = 1);

/// __syncthreads(): of all threads of the block that have not ended.
void block_barrier();
/// Of all threads of the cluster that have not ended.
void cluster_barrier();
/// Lets the other threads go on, from one that waits for what they do.
void give_way();
/// Gives `value` to the other lanes of `mask`, and waits for theirs: result[lane] is what lane
/// gave, for lanes in the mask. The result stands until the thread's next exchange.
const std::uint64_t* warp_exchange(unsigned mask, std::uint64_t value);
unsigned lane_index();

}  // namespace cuda_emulation
