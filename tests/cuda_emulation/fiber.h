// SPDX-License-Identifier: MIT
// Threads of a block as fibers: each has its own stack, one runs at a time, and it runs until it
// gives way. The sanitizers are told of every switch; to the thread sanitizer fibers are threads
// that share no order but what barriers give them, so it finds races of a kernel.
#pragma once
#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace cuda_emulation {

class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// What the next resume() begins. It must not throw.
  void start(const std::function<void()>* body);
  /// Runs the body, or what is left of it, until it gives way or ends.
  void resume();
  /// Called by a body: back to who resumed it.
  void give_way();
  bool done() const { return done_; }

 private:
  static void enter(unsigned high, unsigned low);
  void run();

  static constexpr std::size_t kStackBytes = std::size_t{1} << 17;
  std::unique_ptr<std::byte[]> stack_;
  ucontext_t own_{}, caller_{};
  jmp_buf own_jump_, caller_jump_;  // once begun: a jump asks nothing of the kernel, a context does
  bool begun_ = false;
  const std::function<void()>* body_ = nullptr;
  bool done_ = true;
  // What the sanitizers want to know.
  void *own_fake_stack_ = nullptr, *caller_fake_stack_ = nullptr;
  const void* caller_stack_ = nullptr;
  std::size_t caller_stack_bytes_ = 0;
  void *tsan_own_ = nullptr, *tsan_caller_ = nullptr;
};

}  // namespace cuda_emulation
