// SPDX-License-Identifier: MIT
// A fixed pool of threads. Work is cut into chunks by its size alone, never by the number of
// threads, so any result that is a function of the chunks is the same on any machine.
#pragma once
#include <cstdint>
#include <functional>

namespace lsk3d {

/// Threads that parallel_for may use, the calling one included. n < 1 means all cores.
/// Call it while no parallel_for is running.
void set_num_threads(int n);
int num_threads();

/// Calls body(begin, end) for [0, grain), [grain, 2·grain), … up to n, from several threads in
/// any order. Nested calls, and calls under a SerialScope, run on the calling thread.
/// The first exception thrown by a body is rethrown here after all chunks ended.
void parallel_for(std::int64_t n, std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

/// While alive, parallel_for on this thread runs serially: for loader workers beside training.
class SerialScope {
 public:
  SerialScope();
  ~SerialScope();
  SerialScope(const SerialScope&) = delete;
  SerialScope& operator=(const SerialScope&) = delete;

 private:
  bool before_;
};

}  // namespace lsk3d
