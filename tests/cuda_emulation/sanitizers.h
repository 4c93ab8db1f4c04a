// SPDX-License-Identifier: MIT
// The sanitizers' calls for fibers and order between them; nothing in a plain build.
#pragma once
#include <cstddef>

// Of the sanitizers' run-time libraries: null where none is linked.
extern "C" {
__attribute__((weak)) void __sanitizer_start_switch_fiber(void** save, const void* bottom,
                                                          std::size_t size);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void* saved, const void** bottom,
                                                           std::size_t* size);
__attribute__((weak)) void* __tsan_get_current_fiber();
__attribute__((weak)) void* __tsan_create_fiber(unsigned flags);
__attribute__((weak)) void __tsan_destroy_fiber(void* fiber);
__attribute__((weak)) void __tsan_switch_to_fiber(void* fiber, unsigned flags);
__attribute__((weak)) void __tsan_acquire(void* address);
__attribute__((weak)) void __tsan_release(void* address);
}

namespace cuda_emulation {

/// What came before a release of `address` comes before what follows a later acquire of it.
inline void release_order(void* address) {
  if (__tsan_release) __tsan_release(address);
}
inline void acquire_order(void* address) {
  if (__tsan_acquire) __tsan_acquire(address);
}

}  // namespace cuda_emulation
