// SPDX-License-Identifier: MIT
// What must hold for every granularity and way of growth.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lsk3d/core/parallel.h"
#include "sparsity/sds_model.h"
#include "spatial_groups.h"

namespace lsk3d::testing_support {
namespace {

struct Case {
  const char* granularity;
  const char* growth;
  const char* optimizer;
  bool depthwise = false;
  double cost_exponent = 0;
};

class SdsLaw : public ::testing::TestWithParam<Case> {
 protected:
  SdsModel model() const { return model(settings()); }
  SdsModel model(const SdsSettings& settings) const {
    if (!GetParam().depthwise) return SdsModel(settings, GetParam().optimizer);
    return SdsModel(settings, GetParam().optimizer, {{5, 5, 5, 36}, {5, 5, 5, 64}});
  }
  SdsSettings settings() const {
    SdsSettings s = small_sds(GetParam().granularity, GetParam().growth);
    s.cost_exponent = GetParam().cost_exponent;
    return s;
  }
};

/// Of one offset; depth-wise weights have one for each channel.
std::int64_t inputs_of(const Tensor& mask) { return mask.rank() == 5 ? mask.dim(3) : 1; }

/// First weights of the units of every group, from the definition of the granularities.
struct Units {
  std::int64_t kept = 0, all = 0;
  bool whole = true;  // every unit is kept or pruned as one
};

Units count_units(const Tensor& mask, const SpatialGroup& group, const std::string& granularity) {
  const std::int64_t c_in = inputs_of(mask), c_out = mask.dim(-1);
  std::int64_t tile_in = 1, tile_out = 1;
  if (granularity == "offset") tile_in = c_in, tile_out = c_out;
  if (granularity == "block") tile_in = tile_out = 16;
  Units units;
  for (std::int32_t k : group.offsets)
    for (std::int64_t i0 = 0; i0 < c_in; i0 += tile_in)
      for (std::int64_t j0 = 0; j0 < c_out; j0 += tile_out) {
        std::set<int> values;
        for (std::int64_t i = i0; i < std::min(i0 + tile_in, c_in); ++i)
          for (std::int64_t j = j0; j < std::min(j0 + tile_out, c_out); ++j)
            values.insert(mask.data<std::uint8_t>()[(k * c_in + i) * c_out + j]);
        units.whole &= values.size() == 1;
        units.kept += *values.begin();
        ++units.all;
      }
  return units;
}

std::vector<Units> all_units(const Sds& sds, const std::string& granularity) {
  std::vector<Units> all;
  for (const auto& [name, mask] : sds.masks())
    for (const auto& group : make_spatial_groups({5, 5, 5}, {0, 2, 3, 5}, name))
      all.push_back(count_units(mask, group, granularity));
  return all;
}

std::int64_t kept_outside_mask(SdsModel& model) {
  std::int64_t wrong = 0;
  const Masks masks = model.sds->masks();
  for (std::size_t p = 0; p < model.parameters.size(); ++p) {
    std::vector<Tensor> tensors = model.optimizer->masked_state_of(model.parameters[p]);
    tensors.push_back(model.parameters[p].value());
    for (const Tensor& t : tensors)
      for (std::int64_t i = 0; i < t.numel(); ++i)
        wrong += masks[p].second.data<std::uint8_t>()[i] == 0 && t.data<float>()[i] != 0;
  }
  return wrong;
}

TEST_P(SdsLaw, BudgetOfEveryGroupIsKeptExactly) {
  SdsModel m = model();
  const auto before = all_units(*m.sds, GetParam().granularity);
  for (int step = 1; step <= 8; ++step) m.step(step);
  const auto after = all_units(*m.sds, GetParam().granularity);
  for (std::size_t g = 0; g < before.size(); ++g) {
    EXPECT_EQ(before[g].kept, after[g].kept) << "group " << g;
    EXPECT_TRUE(before[g].whole && after[g].whole) << "group " << g;
  }
}

TEST_P(SdsLaw, MasksMoveAtUpdatesOnly) {
  SdsModel m = model();
  Masks before = m.sds->masks();
  for (int step = 1; step <= 6; ++step) {
    SdsUpdate update;
    const bool updated = m.step(step, 0, &update);
    EXPECT_EQ(updated, step % 2 == 0);
    const Masks after = m.sds->masks();
    EXPECT_EQ(same_masks(before, after), !updated) << "step " << step;
    before = after;
  }
}

TEST_P(SdsLaw, PrunedWeightsAreExactlyZeroAfterEveryStep) {
  SdsModel m = model();
  EXPECT_EQ(kept_outside_mask(m), 0);
  for (int step = 1; step <= 4; ++step) {
    m.step(step);
    EXPECT_EQ(kept_outside_mask(m), 0) << "step " << step;
  }
}

TEST_P(SdsLaw, NothingMovesOnceFrozen) {
  SdsSettings s = settings();
  s.stop_epoch = 3;
  SdsModel m = model(s);
  EXPECT_TRUE(m.step(2, 2));
  const Masks before = m.sds->masks();
  for (int step = 3; step <= 6; ++step) EXPECT_FALSE(m.step(step, 3));
  EXPECT_TRUE(same_masks(before, m.sds->masks()));
  EXPECT_EQ(kept_outside_mask(m), 0);
}

TEST_P(SdsLaw, DropsTheCeilingOfTheRateAndRegrowsAsManyFromZero) {
  SdsModel m = model();
  m.step(1);
  const auto before = all_units(*m.sds, GetParam().granularity);
  const double rate = m.sds->prune_rate(2);
  SdsUpdate update;
  ASSERT_TRUE(m.step(2, 0, &update));
  EXPECT_DOUBLE_EQ(update.prune_rate, rate);
  EXPECT_DOUBLE_EQ(update.sparsity, m.sds->sparsity());
  std::int64_t expected = 0;
  for (const Units& units : before)
    if (units.kept < units.all)
      expected += static_cast<std::int64_t>(std::ceil(rate * static_cast<double>(units.kept)));
  // Kept but 0: the regrown ones (a trained weight is 0 with probability 0).
  std::int64_t zero_kept = 0;
  const Masks masks = m.sds->masks();
  for (std::size_t p = 0; p < m.parameters.size(); ++p)
    for (std::int64_t i = 0; i < masks[p].second.numel(); ++i)
      zero_kept +=
          masks[p].second.data<std::uint8_t>()[i] && m.parameters[p].value().data<float>()[i] == 0;
  EXPECT_EQ(zero_kept, update.grown);
  EXPECT_GT(update.grown, 0);
  const std::string granularity = GetParam().granularity;
  if (granularity == "element" || granularity == "2:4") {
    EXPECT_EQ(update.pruned, expected);
    EXPECT_EQ(update.grown, expected);
  }
}

TEST_P(SdsLaw, ResumeFromMasksEqualsTheUninterruptedRun) {
  SdsModel whole = model(), first = model(), second = model();
  for (int step = 1; step <= 8; ++step) whole.step(step);
  for (int step = 1; step <= 3; ++step) first.step(step);
  for (std::size_t p = 0; p < first.parameters.size(); ++p)
    second.parameters[p].value().copy_from(first.parameters[p].value());
  second.optimizer->load_state(first.optimizer->state(), 3);
  second.sds->load_masks(first.sds->masks(), 3);
  EXPECT_EQ(second.sds->sparsity(), first.sds->sparsity());
  for (std::size_t p = 0; p < first.parameters.size(); ++p)
    EXPECT_EQ(first.parameters[p].pattern == nullptr, second.parameters[p].pattern == nullptr);
  for (int step = 4; step <= 8; ++step) second.step(step);
  EXPECT_TRUE(same_masks(whole.sds->masks(), second.sds->masks()));
  for (std::size_t p = 0; p < whole.parameters.size(); ++p)
    EXPECT_TRUE(same_bytes(whole.parameters[p].value(), second.parameters[p].value()));
}

TEST_P(SdsLaw, SameBitsOnAnyNumberOfThreads) {
  const int before = num_threads();
  set_num_threads(1);
  SdsModel one = model();
  for (int step = 1; step <= 4; ++step) one.step(step);
  set_num_threads(2);
  SdsModel two = model();
  for (int step = 1; step <= 4; ++step) two.step(step);
  set_num_threads(before);
  EXPECT_TRUE(same_masks(one.sds->masks(), two.sds->masks()));
  for (std::size_t p = 0; p < one.parameters.size(); ++p)
    EXPECT_TRUE(same_bytes(one.parameters[p].value(), two.parameters[p].value()));
}

/// What the pattern lets the kernels compute must be exactly what the mask does not leave empty.
TEST_P(SdsLaw, PatternMatchesTheMask) {
  SdsModel m = model();
  for (int step = 1; step <= 2; ++step) m.step(step);
  const Masks masks = m.sds->masks();
  const std::string granularity = GetParam().granularity;
  for (std::size_t p = 0; p < m.parameters.size(); ++p) {
    const WeightPattern* pattern = m.parameters[p].pattern.get();
    if (granularity == "element" || granularity == "2:4") {
      EXPECT_EQ(pattern, nullptr);
      continue;
    }
    ASSERT_NE(pattern, nullptr);
    const Tensor& mask = masks[p].second;
    const std::int64_t c_in = inputs_of(mask), c_out = mask.dim(-1), in_blocks = (c_in + 15) / 16;
    std::set<std::int32_t> offsets(pattern->offsets.begin(), pattern->offsets.end());
    EXPECT_TRUE(std::is_sorted(pattern->offsets.begin(), pattern->offsets.end()));
    std::int64_t wrong = 0;
    std::set<std::int64_t> blocks, filled_offsets;
    for (std::int64_t i = 0; i < mask.numel(); ++i) {
      if (!mask.data<std::uint8_t>()[i]) continue;
      const std::int64_t k = i / (c_in * c_out), in = i / c_out % c_in, out = i % c_out;
      filled_offsets.insert(k);
      blocks.insert((k * in_blocks + in / 16) * 64 + out / 16);
    }
    EXPECT_EQ(offsets.size(), filled_offsets.size());
    for (std::int32_t k : offsets) wrong += !filled_offsets.count(k);
    EXPECT_EQ(wrong, 0);
    if (granularity == "offset") {
      EXPECT_TRUE(pattern->block_mask.empty());
      EXPECT_LT(offsets.size(), 125u);
      continue;
    }
    ASSERT_EQ(pattern->block_mask.size(), static_cast<std::size_t>(125 * in_blocks));
    for (std::int64_t word = 0; word < 125 * in_blocks; ++word)
      for (std::int64_t bit = 0; bit < 64; ++bit)
        wrong += (pattern->block_mask[static_cast<std::size_t>(word)] >> bit & 1) !=
                 blocks.count(word * 64 + bit);
    EXPECT_EQ(wrong, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, SdsLaw,
    ::testing::Values(Case{"element", "random", "sgd"}, Case{"element", "gradient", "adamw"},
                      Case{"element", "momentum", "sgd"}, Case{"offset", "random", "adamw"},
                      Case{"offset", "gradient", "sgd"}, Case{"block", "random", "sgd"},
                      Case{"block", "momentum", "adam"}, Case{"2:4", "random", "adamw"},
                      Case{"2:4", "gradient", "sgd"}, Case{"2:4", "momentum", "adam"},
                      Case{"element", "random", "adamw", true},
                      Case{"element", "momentum", "sgd", true},
                      Case{"offset", "random", "sgd", true},
                      Case{"offset", "gradient", "adam", true},
                      Case{"element", "random", "adamw", false, 1},
                      Case{"offset", "gradient", "adamw", false, 0.5},
                      Case{"block", "random", "adamw", false, 1},
                      Case{"2:4", "random", "sgd", false, 1},
                      Case{"offset", "random", "sgd", true, 1}),
    [](const auto& info) {
      std::string name = str_cat(info.param.granularity, "_", info.param.growth, "_",
                                 info.param.optimizer, info.param.depthwise ? "_depthwise" : "",
                                 info.param.cost_exponent > 0 ? "_per_pair" : "");
      for (char& c : name)
        if (c == ':') c = '_';
      return name;
    });

}  // namespace
}  // namespace lsk3d::testing_support
