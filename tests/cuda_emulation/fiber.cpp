// SPDX-License-Identifier: MIT
#include "fiber.h"

#include <cstdint>

#include "sanitizers.h"

namespace cuda_emulation {
namespace {

constexpr unsigned kNoOrder = 1;  // __tsan_switch_to_fiber_no_sync: a switch alone orders nothing

/// Sanitizers take a jump for one within a stack.
bool may_jump() { return !__tsan_create_fiber && !__sanitizer_start_switch_fiber; }

}  // namespace

Fiber::Fiber() : stack_(new std::byte[kStackBytes]) {
  getcontext(&own_);
  own_.uc_stack.ss_sp = stack_.get();
  own_.uc_stack.ss_size = kStackBytes;
  own_.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uintptr_t>(this);  // makecontext passes ints
  makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::enter), 2,
              static_cast<unsigned>(std::uint64_t{self} >> 32), static_cast<unsigned>(self));
  if (__tsan_create_fiber) tsan_own_ = __tsan_create_fiber(0);
}

Fiber::~Fiber() {
  if (tsan_own_) __tsan_destroy_fiber(tsan_own_);
}

void Fiber::start(const std::function<void()>* body) {
  body_ = body;
  done_ = false;
}

void Fiber::resume() {
  if (__sanitizer_start_switch_fiber)
    __sanitizer_start_switch_fiber(&caller_fake_stack_, stack_.get(), kStackBytes);
  if (tsan_own_) {
    tsan_caller_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_own_, kNoOrder);
  }
  if (!may_jump()) {
    swapcontext(&caller_, &own_);
  } else if (_setjmp(caller_jump_) == 0) {
    if (begun_) _longjmp(own_jump_, 1);
    begun_ = true;
    setcontext(&own_);
  }
  if (__sanitizer_finish_switch_fiber)
    __sanitizer_finish_switch_fiber(caller_fake_stack_, nullptr, nullptr);
}

void Fiber::give_way() {
  if (__sanitizer_start_switch_fiber)
    __sanitizer_start_switch_fiber(&own_fake_stack_, caller_stack_, caller_stack_bytes_);
  if (tsan_own_) __tsan_switch_to_fiber(tsan_caller_, kNoOrder);
  if (!may_jump()) swapcontext(&own_, &caller_);
  else if (_setjmp(own_jump_) == 0) _longjmp(caller_jump_, 1);
  if (__sanitizer_finish_switch_fiber)
    __sanitizer_finish_switch_fiber(own_fake_stack_, &caller_stack_, &caller_stack_bytes_);
}

void Fiber::enter(unsigned high, unsigned low) {
  reinterpret_cast<Fiber*>(static_cast<std::uintptr_t>(std::uint64_t{high} << 32 | low))->run();
}

void Fiber::run() {
  if (__sanitizer_finish_switch_fiber)
    __sanitizer_finish_switch_fiber(nullptr, &caller_stack_, &caller_stack_bytes_);
  for (;;) {  // a fiber is used again for later threads
    (*body_)();
    done_ = true;
    give_way();
  }
}

}  // namespace cuda_emulation
