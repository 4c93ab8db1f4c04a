// SPDX-License-Identifier: MIT
#include "lsk3d/core/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "lsk3d/core/check.h"
#include "lsk3d/core/thread_pool.h"

namespace lsk3d {
namespace detail {

thread_local bool serial = false;

/// One loop in flight: threads take the next chunk until none is left.
struct Loop {
  const std::function<void(std::int64_t, std::int64_t)>& body;
  std::int64_t n, grain;
  std::atomic<std::int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;

  void work() {
    while (true) {
      const std::int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= n) return;
      try {
        body(begin, std::min(begin + grain, n));
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
    }
  }
};

class LoopPool {
 public:
  static LoopPool& of_process() {
    static LoopPool pool(0);
    return pool;
  }

  explicit LoopPool(int n) { resize(n); }

  int size() const { return size_; }

  void resize(int n) {
    std::lock_guard one_loop(loop_mutex_);
    stop();
    size_ = n < 1 ? std::max(1, static_cast<int>(std::thread::hardware_concurrency())) : n;
    start();
  }

  void run(Loop& loop) {
    std::lock_guard one_loop(loop_mutex_);
    {
      std::lock_guard lock(mutex_);
      loop_ = &loop;
      running_ = static_cast<int>(threads_.size());
      ++generation_;
    }
    wake_.notify_all();
    serial = true;
    loop.work();
    serial = false;
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return running_ == 0; });
    loop_ = nullptr;
  }

  ~LoopPool() { stop(); }

 private:
  void start() {
    quit_ = false;
    for (int i = 1; i < size_; ++i)
      threads_.emplace_back([this, seen = generation_] { serve(seen); });
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      quit_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  void serve(std::uint64_t seen) {
    serial = true;  // nested loops stay on this thread
    while (true) {
      Loop* loop = nullptr;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return quit_ || generation_ != seen; });
        if (quit_) return;
        seen = generation_;
        loop = loop_;
      }
      loop->work();
      std::lock_guard lock(mutex_);
      if (--running_ == 0) done_.notify_one();
    }
  }

  std::mutex loop_mutex_;  // one loop at a time
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> threads_;
  Loop* loop_ = nullptr;
  std::uint64_t generation_ = 0;
  int running_ = 0;
  bool quit_ = false;
  int size_ = 1;
};

thread_local LoopPool* chosen = nullptr;

}  // namespace detail

namespace {

using detail::serial;

detail::LoopPool& current_pool() {
  return detail::chosen ? *detail::chosen : detail::LoopPool::of_process();
}

}  // namespace

void set_num_threads(int n) { detail::LoopPool::of_process().resize(n); }

int num_threads() { return current_pool().size(); }

ThreadPool::ThreadPool(int threads) : pool_(std::make_unique<detail::LoopPool>(threads)) {}
ThreadPool::~ThreadPool() = default;
int ThreadPool::size() const { return pool_->size(); }

ThreadPoolScope::ThreadPoolScope(ThreadPool& pool) : before_(detail::chosen) {
  detail::chosen = pool.pool_.get();
}
ThreadPoolScope::~ThreadPoolScope() { detail::chosen = before_; }

void parallel_for(std::int64_t n, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  LSK3D_ASSERT(grain > 0, "parallel_for grain ", grain);
  if (n <= 0) return;
  if (serial || n <= grain || num_threads() == 1) {
    for (std::int64_t begin = 0; begin < n; begin += grain)
      body(begin, std::min(begin + grain, n));
    return;
  }
  detail::Loop loop{.body = body, .n = n, .grain = grain, .next = {}, .mutex = {}, .error = {}};
  current_pool().run(loop);
  if (loop.error) std::rethrow_exception(loop.error);
}

SerialScope::SerialScope() : before_(serial) { serial = true; }
SerialScope::~SerialScope() { serial = before_; }

}  // namespace lsk3d
