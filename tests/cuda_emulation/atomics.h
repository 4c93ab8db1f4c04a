// SPDX-License-Identifier: MIT
// Integer atomics. There are none on floats: their order would change results.
#pragma once
#include <type_traits>

template <typename T>
T atomicAdd(T* at, T value) {
  static_assert(std::is_integral_v<T>, "an atomic sum of floats has no fixed order");
  return __atomic_fetch_add(at, value, __ATOMIC_RELAXED);
}
template <typename T>
T atomicOr(T* at, T value) {
  return __atomic_fetch_or(at, value, __ATOMIC_RELAXED);
}
template <typename T>
T atomicCAS(T* at, T expected, T value) {
  __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return expected;
}
template <typename T>
T atomicMin(T* at, T value) {
  T found = __atomic_load_n(at, __ATOMIC_RELAXED);
  while (value < found &&
         !__atomic_compare_exchange_n(at, &found, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return found;
}
template <typename T>
T atomicMax(T* at, T value) {
  T found = __atomic_load_n(at, __ATOMIC_RELAXED);
  while (value > found &&
         !__atomic_compare_exchange_n(at, &found, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return found;
}
