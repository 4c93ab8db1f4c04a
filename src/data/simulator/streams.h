// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/core/rng.h"

namespace lsk3d::simulator {

/// Each thing that is drawn at random has a stream of its own, so that changing one leaves the
/// others.
enum class Purpose : std::uint64_t { path = 1, plan, objects, traffic, drive, sensor };

inline std::uint64_t stream_of(int sequence, Purpose purpose, std::int64_t index = 0,
                               int part = 0) {
  return mix_stream(static_cast<std::uint64_t>(sequence) * 64 + static_cast<std::uint64_t>(purpose),
                    static_cast<std::uint64_t>(index), static_cast<std::uint64_t>(part));
}

}  // namespace lsk3d::simulator
