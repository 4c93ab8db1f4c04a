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
  unsigned warp = 0, lane = 0;
  bool waiting = false;
  unsigned mask = 0;        // of the exchange it waits for; 0: it waits for the block
  std::uint64_t given = 0;  // to that exchange
  std::array<std::uint64_t, kLanes> received{};
};

class Block {
 public:
  void run(Index grid, Index at, Index size, std::size_t shared_bytes, bool reversed,
           const std::function<void()>& body);
  void wait_for_block();
  const std::uint64_t* exchange(unsigned mask, std::uint64_t value);
  Thread& running() { return *running_; }
  void* shared() { return shared_.data(); }

 private:
  void release_block_if_all_wait();
  void wait();

  std::vector<std::unique_ptr<Thread>> threads_;
  unsigned count_ = 0, alive_ = 0, at_barrier_ = 0;
  Thread* running_ = nullptr;
  std::vector<std::max_align_t> shared_;
  std::exception_ptr thrown_;
  bool abandoned_ = false;
  char begin_ = 0, end_ = 0;  // addresses for the thread sanitizer
};

struct Abandoned {};  // unwinds the threads of a block that cannot go on

void Block::run(Index grid, Index at, Index size, std::size_t shared_bytes, bool reversed,
                const std::function<void()>& body) {
  count_ = alive_ = size.x * size.y * size.z;
  at_barrier_ = 0;
  thrown_ = nullptr;
  abandoned_ = false;
  shared_.resize(shared_bytes / sizeof(std::max_align_t) + 1);
  std::memset(shared_.data(), 0xa5, shared_.size() * sizeof(std::max_align_t));
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
    t.view = {{i % size.x, i / size.x % size.y, i / size.x / size.y}, at, size, grid};
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
      release_block_if_all_wait();
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

void Block::release_block_if_all_wait() {
  if (at_barrier_ == 0 || at_barrier_ < alive_) return;
  at_barrier_ = 0;
  for (unsigned i = 0; i < count_; ++i)
    if (threads_[i]->mask == 0) threads_[i]->waiting = false;
}

void Block::wait_for_block() {
  Thread& self = *running_;
  release_order(&at_barrier_);
  self.mask = 0;
  self.waiting = true;
  if (++at_barrier_ == alive_) release_block_if_all_wait();
  if (self.waiting) wait();
  acquire_order(&at_barrier_);
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
void* dynamic_shared_memory() { return block().shared(); }
void set_reversed_order(bool reversed) { reversed_order = reversed; }
bool finds_races() { return __tsan_create_fiber != nullptr; }
void block_barrier() { block().wait_for_block(); }
unsigned lane_index() { return block().running().lane; }

const std::uint64_t* warp_exchange(unsigned mask, std::uint64_t value) {
  return block().exchange(mask, value);
}

void run_grid(Index grid, Index size, std::size_t shared_bytes, const std::function<void()>& body) {
  const std::lock_guard lock(one_grid);
  const DeviceAccess access;
  const std::uint64_t count = std::uint64_t{grid.x} * grid.y * grid.z;
  for (std::uint64_t n = 0; n < count; ++n) {
    const std::uint64_t i = reversed_order ? count - 1 - n : n;
    const Index at{static_cast<unsigned>(i % grid.x), static_cast<unsigned>(i / grid.x % grid.y),
                   static_cast<unsigned>(i / grid.x / grid.y)};
    block().run(grid, at, size, shared_bytes, reversed_order, body);
  }
}

}  // namespace cuda_emulation
