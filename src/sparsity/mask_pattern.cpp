// SPDX-License-Identifier: MIT
#include "mask_pattern.h"

#include <algorithm>

#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kBlock = 16;
constexpr std::int64_t kMostOutBlocks = 64;  // bits of a mask word

bool any_kept(const std::uint8_t* begin, const std::uint8_t* end) {
  return std::any_of(begin, end, [](std::uint8_t kept) { return kept != 0; });
}

}  // namespace

std::shared_ptr<const WeightPattern> make_pattern(const std::uint8_t* mask, std::int64_t offsets,
                                                  std::int64_t c_in, std::int64_t c_out,
                                                  bool blocks) {
  const std::int64_t in_blocks = (c_in + kBlock - 1) / kBlock;
  const std::int64_t out_blocks = (c_out + kBlock - 1) / kBlock;
  const bool fits = blocks && out_blocks <= kMostOutBlocks;
  auto pattern = std::make_shared<WeightPattern>();
  std::vector<std::uint64_t> words(fits ? static_cast<std::size_t>(offsets * in_blocks) : 0);
  std::vector<std::uint8_t> active(static_cast<std::size_t>(offsets));
  parallel_for(offsets, 1, [&](std::int64_t k, std::int64_t) {
    const std::uint8_t* slab = mask + k * c_in * c_out;
    active[static_cast<std::size_t>(k)] = any_kept(slab, slab + c_in * c_out);
    if (!fits) return;
    for (std::int64_t i = 0; i < c_in; ++i)
      for (std::int64_t j = 0; j < out_blocks; ++j) {
        const std::uint8_t* row = slab + i * c_out;
        if (any_kept(row + j * kBlock, row + std::min((j + 1) * kBlock, c_out)))
          words[static_cast<std::size_t>(k * in_blocks + i / kBlock)] |= std::uint64_t{1} << j;
      }
  });
  for (std::int64_t k = 0; k < offsets; ++k)
    if (active[static_cast<std::size_t>(k)])
      pattern->offsets.push_back(static_cast<std::int32_t>(k));
  const std::uint64_t full =
      out_blocks >= kMostOutBlocks ? ~std::uint64_t{0} : (std::uint64_t{1} << out_blocks) - 1;
  const bool full_words =
      std::all_of(words.begin(), words.end(), [&](std::uint64_t word) { return word == full; });
  if (!full_words) pattern->block_mask = std::move(words);
  if (full_words && static_cast<std::int64_t>(pattern->offsets.size()) == offsets) return nullptr;
  return pattern;
}

}  // namespace lsk3d
