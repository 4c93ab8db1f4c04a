// SPDX-License-Identifier: MIT
#include "lsk3d/nn/init.h"

#include <cmath>
#include <string>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

/// FNV-1a: a stable number for a name.
std::uint64_t name_hash(const std::string& name) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001B3u;
  return hash;
}

constexpr std::uint64_t kInitStream = 0x696E6974;

}  // namespace

void fill_uniform(Parameter& parameter, std::int64_t fan_in, std::uint64_t seed) {
  LSK3D_ASSERT(fan_in > 0, "fan_in of ", parameter.name, " is ", fan_in);
  const float bound = static_cast<float>(1.0 / std::sqrt(static_cast<double>(fan_in)));
  const std::uint64_t stream = mix_stream(name_hash(parameter.name), kInitStream);
  float* values = parameter.value().data<float>();
  parallel_for(parameter.value().numel(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    Rng rng(seed, stream);
    rng.seek(static_cast<std::uint64_t>(begin));
    for (std::int64_t i = begin; i < end; ++i) values[i] = rng.uniform(-bound, bound);
  });
}

}  // namespace lsk3d
