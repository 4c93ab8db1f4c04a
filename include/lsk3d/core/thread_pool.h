// SPDX-License-Identifier: MIT
// Threads of one's own, for programs that run several networks at once, each with its share of the
// cores. Without any, all work goes to the process's pool, which set_num_threads sizes.
#pragma once
#include <memory>

namespace lsk3d {

namespace detail {
class LoopPool;
}

class ThreadPool {
 public:
  /// `threads`: that a loop may use, the calling one included; below 1: all cores.
  explicit ThreadPool(int threads);
  /// No loop may be running on it.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  int size() const;

 private:
  friend class ThreadPoolScope;
  std::unique_ptr<detail::LoopPool> pool_;
};

/// While alive, parallel_for and num_threads on this thread go by `pool`. Scopes nest.
class ThreadPoolScope {
 public:
  explicit ThreadPoolScope(ThreadPool& pool);
  ~ThreadPoolScope();
  ThreadPoolScope(const ThreadPoolScope&) = delete;
  ThreadPoolScope& operator=(const ThreadPoolScope&) = delete;

 private:
  detail::LoopPool* before_;
};

}  // namespace lsk3d
