// SPDX-License-Identifier: MIT
#include "lsk3d/core/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "lsk3d/core/log_sink.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

/// The sum of 0 … n−1, and how many threads took part.
std::int64_t parallel_sum(std::int64_t n, std::size_t* threads = nullptr) {
  std::atomic<std::int64_t> sum{0};
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) sum += i;
    std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  if (threads) *threads = ids.size();
  return sum;
}

TEST(ThreadPool, AScopeChoosesThePoolOfItsThread) {
  const int usual = num_threads();
  ThreadPool three(3), one(1);
  EXPECT_EQ(three.size(), 3);
  {
    const ThreadPoolScope outer(three);
    EXPECT_EQ(num_threads(), 3);
    {
      const ThreadPoolScope inner(one);
      EXPECT_EQ(num_threads(), 1);
      std::size_t threads = 0;
      EXPECT_EQ(parallel_sum(100, &threads), 4950);
      EXPECT_EQ(threads, 1u);
    }
    std::size_t threads = 0;
    EXPECT_EQ(parallel_sum(1000, &threads), 499500);
    EXPECT_LE(threads, 3u);
    std::thread([&] { EXPECT_EQ(num_threads(), usual); }).join();
  }
  EXPECT_EQ(num_threads(), usual);
}

TEST(ThreadPool, SeveralWorkAtOnce) {
  std::vector<std::thread> callers;
  std::atomic<int> right{0};
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&, caller] {
      ThreadPool pool(1 + caller % 3);
      const ThreadPoolScope scope(pool);
      for (int i = 0; i < 50; ++i) right += parallel_sum(200) == 19900;
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(right, 200);
}

TEST(LogSinks, TakeTheMessagesThatTheLevelLetsPass) {
  std::vector<std::string> process, thread;
  set_log_sink([&](LogLevel level, const std::string& m) {
    process.push_back(to_string(level) + " " + m);
  });
  log_warning("one");
  log_debug("too little");
  {
    const LogSinkScope scope([&](LogLevel, const std::string& m) { thread.push_back(m); });
    log_info("two");
    std::thread([] { log_error("three"); }).join();
  }
  set_log_sink({});
  log_warning("a test writes this line to stderr");
  EXPECT_EQ(process, (std::vector<std::string>{"warning one", "error three"}));
  EXPECT_EQ(thread, std::vector<std::string>{"two"});
}

}  // namespace
}  // namespace lsk3d
