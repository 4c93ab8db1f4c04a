// SPDX-License-Identifier: MIT
// What cuda/device/async_copy.h says, as late as it may happen: when it is waited for.
#pragma once
#include <array>
#include <cstddef>
#include <cstring>
#include <deque>
#include <vector>

#include "block.h"

namespace lsk3d::cuda {

namespace emulated {

struct Copy {
  void* to;
  const void* from;
  bool wanted;
};

/// Of one thread: groups in order, and copies that are in none yet.
struct Copies {
  std::deque<std::vector<Copy>> groups;
  std::vector<Copy> open;
};

inline Copies& copies_of_thread() {
  static std::array<std::array<Copies, 1024>, 2> of_cluster;
  const cuda_emulation::ThreadView& view = cuda_emulation::this_thread();
  return of_cluster.at(cuda_emulation::block_rank())[
      view.thread.x + view.block_size.x * (view.thread.y + std::size_t{view.block_size.y} *
                                                               view.thread.z)];
}

}  // namespace emulated

inline void copy_16_async(void* to_shared, const void* from, bool wanted) {
  emulated::copies_of_thread().open.push_back({to_shared, from, wanted});
}

inline void commit_copies() {
  emulated::Copies& copies = emulated::copies_of_thread();
  copies.groups.push_back(std::move(copies.open));
  copies.open.clear();
}

template <int kLatest>
void wait_for_copies() {
  emulated::Copies& copies = emulated::copies_of_thread();
  while (copies.groups.size() > kLatest) {
    for (const emulated::Copy& copy : copies.groups.front()) {
      if (copy.wanted) std::memcpy(copy.to, copy.from, 16);
      else std::memset(copy.to, 0, 16);
    }
    copies.groups.pop_front();
  }
}

}  // namespace lsk3d::cuda
