// SPDX-License-Identifier: MIT
#include "block.h"

#include <array>
#include <bit>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "arena.h"
#include "fiber.h"
#include "sanitizers.h"

namespace cuda_emulation {
namespace {

constexpr unsigned kLanes = 32;

struct Thread {
  Fiber fiber;
  ThreadView view;
  unsigned warp = 0, lane = 0, rank = 0;
  bool waiting = false, for_cluster = false;
  unsigned mask = 0;        // of the exchange it waits for; 0: it waits for block or cluster
  std::uint64_t given = 0;  // to that exchange
  std::array<std::uint64_t, kLanes> received{};
};

/// A block, or a cluster of blocks that run side by side.
class Block {
 public:
  /// `at`: the first of `cluster` blocks along x.
  void run(Index grid, Index at, Index size, unsigned cluster, std::size_t shared_bytes,
           bool reversed, const std::function<void()>& body);
  void wait_for_block();
  void wait_for_cluster();
  void give_way() { running_->fiber.give_way(); }
  const std::uint64_t* exchange(unsigned mask, std::uint64_t value);
  Thread& running() { return *running_; }
  void* shared(unsigned rank) { return members_.at(rank).shared.data(); }
  unsigned size() const { return static_cast<unsigned>(members_.size()); }

 private:
  struct Member {  // a block of the cluster
    unsigned alive = 0, at_barrier = 0;
    std::vector<std::max_align_t> shared;
  };

  void release_block_if_all_wait(unsigned rank);
  void release_cluster_if_all_wait();
  void wait();

  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<Member> members_;
  unsigned count_ = 0, alive_ = 0, at_cluster_barrier_ = 0;
  Thread* running_ = nullptr;
  std::exception_ptr thrown_;
  bool abandoned_ = false;
  char begin_ = 0, end_ = 0;  // addresses for the thread sanitizer
};

struct Abandoned {};  // unwinds the threads of a block that cannot go on

void Block::run(Index grid, Index at, Index size, unsigned cluster, std::size_t shared_bytes,
                bool reversed, const std::function<void()>& body) {
  const unsigned of_block = size.x * size.y * size.z;
  if (cluster > 1 && of_block % kLanes != 0)
    throw std::logic_error("a cluster of blocks that are not whole warps");
  count_ = alive_ = of_block * cluster;
  at_cluster_barrier_ = 0;
  thrown_ = nullptr;
  abandoned_ = false;
  members_.resize(cluster);
  for (Member& member : members_) {
    member.alive = of_block;
    member.at_barrier = 0;
    member.shared.resize(shared_bytes / sizeof(std::max_align_t) + 1);
    std::memset(member.shared.data(), 0xa5, member.shared.size() * sizeof(std::max_align_t));
  }
  while (threads_.size() < count_) threads_.push_back(std::make_unique<Thread>());
  const std::function<void()> guarded = [&] {
    acquire_order(&begin_);
    try {
      body();
    } catch (const Abandoned&) {
    } catch (...) {
      if (!thrown_) thrown_ = std::current_exception();
      abandoned_ = true;
    }
    release_order(&end_);
  };
  for (unsigned i = 0; i < count_; ++i) {
    Thread& t = *threads_[i];
    t.rank = i / of_block;
    const unsigned own = i % of_block;
    t.view = {{own % size.x, own / size.x % size.y, own / size.x / size.y},
              {at.x + t.rank, at.y, at.z},
              size,
              grid};
    t.warp = i / kLanes;
    t.lane = i % kLanes;
    t.waiting = false;
    t.fiber.start(&guarded);
  }
  release_order(&begin_);
  while (alive_ > 0) {
    bool progress = false;
    for (unsigned n = 0; n < count_; ++n) {
      Thread& t = *threads_[reversed ? count_ - 1 - n : n];
      if (t.fiber.done() || (t.waiting && !abandoned_)) continue;
      progress = true;
      running_ = &t;
      t.fiber.resume();
      if (!t.fiber.done()) continue;
      --alive_;
      --members_[t.rank].alive;
      release_block_if_all_wait(t.rank);
      release_cluster_if_all_wait();
    }
    if (!progress) abandoned_ = true;
  }
  acquire_order(&end_);
  if (thrown_) std::rethrow_exception(thrown_);
  if (abandoned_)
    throw std::logic_error("block (" + std::to_string(at.x) + ", " + std::to_string(at.y) + ", " +
                           std::to_string(at.z) + "): its threads wait for each other for ever");
}

void Block::wait() {
  running_->waiting = true;
  running_->fiber.give_way();
  if (abandoned_) throw Abandoned{};
}

void Block::release_block_if_all_wait(unsigned rank) {
  Member& member = members_[rank];
  if (member.at_barrier == 0 || member.at_barrier < member.alive) return;
  member.at_barrier = 0;
  for (unsigned i = 0; i < count_; ++i)
    if (threads_[i]->rank == rank && threads_[i]->mask == 0 && !threads_[i]->for_cluster)
      threads_[i]->waiting = false;
}

void Block::release_cluster_if_all_wait() {
  if (at_cluster_barrier_ == 0 || at_cluster_barrier_ < alive_) return;
  at_cluster_barrier_ = 0;
  for (unsigned i = 0; i < count_; ++i) {
    if (threads_[i]->for_cluster) threads_[i]->waiting = false;
    threads_[i]->for_cluster = false;
  }
}

void Block::wait_for_block() {
  Thread& self = *running_;
  Member& member = members_[self.rank];
  release_order(&member.at_barrier);
  self.mask = 0;
  self.waiting = true;
  ++member.at_barrier;
  release_block_if_all_wait(self.rank);
  if (self.waiting) wait();
  acquire_order(&member.at_barrier);
}

void Block::wait_for_cluster() {
  Thread& self = *running_;
  release_order(&at_cluster_barrier_);
  self.mask = 0;
  self.waiting = self.for_cluster = true;
  ++at_cluster_barrier_;
  release_cluster_if_all_wait();
  if (self.waiting) wait();
  acquire_order(&at_cluster_barrier_);
}

const std::uint64_t* Block::exchange(unsigned mask, std::uint64_t value) {
  Thread& self = *running_;
  Thread* const first = threads_[self.warp * kLanes].get();
  if ((mask >> self.lane & 1) == 0)
    throw std::logic_error("a lane calls a warp function whose mask lacks it");
  self.given = value;
  self.mask = mask;
  self.waiting = true;
  release_order(first);
  unsigned arrived = 0;
  const unsigned base = self.warp * kLanes, end = std::min(base + kLanes, count_);
  for (unsigned i = base; i < end; ++i)
    if (threads_[i]->waiting && threads_[i]->mask == mask) arrived |= 1u << threads_[i]->lane;
  if (arrived != mask) {
    wait();
  } else {  // the last to come hands everything out
    acquire_order(first);
    std::array<std::uint64_t, kLanes> values{};
    for (unsigned i = base; i < end; ++i) values[i - base] = threads_[i]->given;
    for (unsigned i = base; i < end; ++i)
      if (mask >> (i - base) & 1) {
        threads_[i]->received = values;
        threads_[i]->waiting = false;
      }
    release_order(first);
  }
  acquire_order(first);
  return self.received.data();
}

Block& block() {
  static Block one;
  return one;
}

bool reversed_order = false;
std::mutex one_grid;

}  // namespace

const ThreadView& this_thread() { return block().running().view; }
void* dynamic_shared_memory() { return block().shared(block().running().rank); }
unsigned block_rank() { return block().running().rank; }
unsigned cluster_size() { return block().size(); }
void* dynamic_shared_memory_of(unsigned rank) { return block().shared(rank); }
void set_reversed_order(bool reversed) { reversed_order = reversed; }
bool finds_races() { return __tsan_create_fiber != nullptr; }
void block_barrier() { block().wait_for_block(); }
void cluster_barrier() { block().wait_for_cluster(); }
void give_way() { block().give_way(); }
unsigned lane_index() { return block().running().lane; }

const std::uint64_t* warp_exchange(unsigned mask, std::uint64_t value) {
  return block().exchange(mask, value);
}

void run_grid(Index grid, Index size, std::size_t shared_bytes, const std::function<void()>& body,
              unsigned cluster) {
  const std::lock_guard lock(one_grid);
  const DeviceAccess access;
  if (grid.x % cluster != 0) throw std::logic_error("a grid that is not whole clusters");
  const unsigned across = grid.x / cluster;
  const std::uint64_t count = std::uint64_t{across} * grid.y * grid.z;
  for (std::uint64_t n = 0; n < count; ++n) {
    const std::uint64_t i = reversed_order ? count - 1 - n : n;
    const Index at{static_cast<unsigned>(i % across) * cluster,
                   static_cast<unsigned>(i / across % grid.y),
                   static_cast<unsigned>(i / across / grid.y)};
    block().run(grid, at, size, cluster, shared_bytes, reversed_order, body);
  }
}

}  // namespace cuda_emulation
