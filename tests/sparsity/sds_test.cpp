// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/sds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include "erk.h"
#include "lsk3d/core/error.h"
#include "selection.h"
#include "sparsity/sds_model.h"
#include "spatial_groups.h"

namespace lsk3d::testing_support {
namespace {

void expect_message(const std::function<void()>& wrong, const std::string& part) {
  try {
    wrong();
    FAIL() << "expected an error with " << part;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Sds, OfADepthwiseKernelTakesWholeOffsetsOrSingleWeights) {
  const std::vector<Shape> shapes{{5, 5, 5, 16}};
  for (const char* granularity : {"block", "2:4"})
    expect_message([&] { SdsModel(small_sds(granularity), "sgd", shapes); }, "sds.granularity");
  const SdsModel offsets(small_sds("offset"), "sgd", shapes);
  EXPECT_NEAR(offsets.sds->sparsity(), 0.4, 0.01);
  EXPECT_EQ(offsets.sds->group_densities("conv0.weight").size(), 27u);
}

TEST(Sds, SparsityComesOutAsSet) {
  for (const char* granularity : {"element", "block", "offset"})
    for (const char* distribution : {"erk", "uniform"})
      for (double sparsity : {0.0, 0.3, 0.6}) {
        SdsSettings s = small_sds(granularity);
        s.distribution = distribution;
        s.sparsity = sparsity;
        const SdsModel m(s, "sgd", {{5, 5, 5, 32, 48}, {5, 5, 5, 16, 16}});
        EXPECT_NEAR(m.sds->sparsity(), sparsity, 0.01) << granularity;
      }
}

TEST(Sds, TwoOfFourKeepsTwoOfEachFourInputChannels) {
  SdsModel m(small_sds("2:4", "gradient"), "sgd");
  for (int step = 0; step <= 4; ++step) {
    if (step > 0) m.step(step);
    EXPECT_EQ(m.sds->sparsity(), 0.5);
    for (const auto& [name, mask] : m.sds->masks()) {
      const std::int64_t c_in = mask.dim(3), c_out = mask.dim(4);
      std::int64_t wrong = 0;
      for (std::int64_t row = 0; row < 125 * c_in; row += 4)
        for (std::int64_t out = 0; out < c_out; ++out) {
          int kept = 0;
          for (int i = 0; i < 4; ++i) kept += mask.data<std::uint8_t>()[(row + i) * c_out + out];
          wrong += kept != 2;
        }
      EXPECT_EQ(wrong, 0) << name << " after step " << step;
    }
  }
}

TEST(Sds, GroupDensitiesMatchTheMask) {
  SdsModel m(small_sds("element"), "sgd");
  const auto densities = m.sds->group_densities("conv1.weight");
  ASSERT_EQ(densities.size(), 27u);
  EXPECT_EQ(densities[13], 1.0);  // the centre alone: ERK makes it dense
  double kept = 0;
  const auto groups = make_spatial_groups({5, 5, 5}, {0, 2, 3, 5}, "conv1");
  for (std::size_t g = 0; g < 27; ++g)
    kept += densities[g] * 256 * static_cast<double>(groups[g].offsets.size());
  const auto mask = m.sds->masks()[1].second;
  const auto bytes = mask.span<std::uint8_t>();
  EXPECT_NEAR(kept, std::accumulate(bytes.begin(), bytes.end(), 0.0), 1e-6);
  expect_message([&] { m.sds->group_densities("conv9"); }, "'conv9'");
}

TEST(Sds, GrowthByGradientTakesTheLargest) {
  SdsSettings s = small_sds("element", "gradient");
  s.update_every = 1;
  SdsModel m(s, "sgd", {{5, 5, 5, 4, 4}});
  const Masks before = m.sds->masks();
  m.step(1);
  const Masks after = m.sds->masks();
  const auto* old_mask = before[0].second.data<std::uint8_t>();
  const auto* mask = after[0].second.data<std::uint8_t>();
  const float* grad = m.parameters[0].grad().data<float>();
  for (const auto& group : make_spatial_groups({5, 5, 5}, {0, 2, 3, 5}, "")) {
    float smallest_grown = INFINITY, largest_left = 0;
    for (std::int32_t k : group.offsets)
      for (int i = k * 16; i < (k + 1) * 16; ++i) {
        if (mask[i] && !old_mask[i]) smallest_grown = std::min(smallest_grown, std::abs(grad[i]));
        if (!mask[i]) largest_left = std::max(largest_left, std::abs(grad[i]));
      }
    EXPECT_GE(smallest_grown, largest_left);
  }
}

TEST(Sds, StepBeforeAnUpdateIsDenseForGrowthByGradient) {
  SdsModel by_gradient(small_sds("offset", "gradient"), "sgd"), random(small_sds("offset"), "sgd");
  EXPECT_NE(by_gradient.parameters[0].pattern, nullptr);  // step 1: no update
  by_gradient.step(1);
  random.step(1);
  EXPECT_EQ(by_gradient.parameters[0].pattern, nullptr);  // step 2 needs all gradients
  EXPECT_NE(random.parameters[0].pattern, nullptr);
  by_gradient.step(2);
  EXPECT_NE(by_gradient.parameters[0].pattern, nullptr);
}

TEST(Sds, AdamMomentsRunOnUnderTheMask) {
  SdsModel m(small_sds("element"), "adamw");
  m.step(1);
  const Tensor moment = m.optimizer->state_of(m.parameters[0])[0];
  const Tensor mask = m.sds->masks()[0].second;
  std::int64_t moving = 0;
  for (std::int64_t i = 0; i < mask.numel(); ++i)
    moving += !mask.data<std::uint8_t>()[i] && moment.data<float>()[i] != 0;
  EXPECT_GT(moving, 0);
}

TEST(Sds, EmptyOffsetsAreSkippedAtElementGranularityToo) {
  SdsModel m(small_sds("element"), "sgd");
  Masks masks = m.sds->masks();
  EXPECT_EQ(m.parameters[0].pattern, nullptr);
  Tensor& mask = masks[0].second;
  const std::int64_t slab = mask.dim(3) * mask.dim(4);
  std::fill_n(mask.data<std::uint8_t>() + 7 * slab, slab, std::uint8_t{0});
  m.sds->load_masks(masks);
  ASSERT_NE(m.parameters[0].pattern, nullptr);
  EXPECT_EQ(m.parameters[0].pattern->offsets.size(), 124u);
  EXPECT_TRUE(m.parameters[0].pattern->block_mask.empty());
}

std::string log_of(const SdsSettings& settings) {
  ::testing::internal::CaptureStderr();
  const SdsModel model(settings, "sgd", {{3, 3, 3, 16, 16}});
  return ::testing::internal::GetCapturedStderr();
}

TEST(Sds, SettingsThatDoNothingAreSaid) {
  SdsSettings s = small_sds("2:4");
  s.partition = {0, 3};
  EXPECT_NE(log_of(s).find("sds.sparsity: 2:4"), std::string::npos);
  s.sparsity = 0.5;
  EXPECT_EQ(log_of(s), "");
  for (const char* granularity : {"offset", "block"}) {
    s.granularity = granularity;
    s.partition = {0, 3};
    EXPECT_EQ(log_of(s), "");
    s.partition = {0, 1, 2, 3};  // one offset each, and that has one block
    EXPECT_NE(log_of(s).find("sds.partition: every spatial group is one unit"), std::string::npos);
    s.stop_epoch = 0;  // nobody expects them to change
    EXPECT_EQ(log_of(s), "");
    s.stop_epoch = -1;
  }
  s.granularity = "element";
  EXPECT_EQ(log_of(s), "");
}

TEST(Sds, FirstMasksOfZerosKeepEveryUnitThatHasAWeight) {
  for (const char* granularity : {"element", "offset", "block", "2:4"}) {
    const SdsModel drawn(small_sds(granularity), "sgd");
    SdsModel taken(small_sds("element"), "sgd");
    std::vector<Parameter*> parameters = taken.all();
    for (std::size_t i = 0; i < parameters.size(); ++i)
      parameters[i]->value().copy_from(drawn.parameters[i].value());
    SdsSettings s = small_sds(granularity);
    s.sparsity = 0.9;  // does not count
    const Sds sds(parameters, s, 99, 100, FirstMasks::of_zeros);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const Tensor mask = sds.masks()[i].second, expected = drawn.sds->masks()[i].second;
      EXPECT_EQ(std::memcmp(mask.raw(), expected.raw(), mask.bytes()), 0) << granularity;
      const Tensor &is = parameters[i]->value(), &was = drawn.parameters[i].value();
      EXPECT_EQ(std::memcmp(is.raw(), was.raw(), is.bytes()), 0) << granularity;
    }
  }
  SdsModel element(small_sds("element"), "sgd");
  expect_message([&] { Sds(element.all(), small_sds("offset"), 1, 100, FirstMasks::of_zeros); },
                 "sds.granularity");
  expect_message([&] { Sds(element.all(), small_sds("2:4"), 1, 100, FirstMasks::of_zeros); },
                 "sds.granularity: 2:4");
}

TEST(Sds, WrongSettingsAreNamed) {
  const auto make = [](auto change) {
    return [change] {
      SdsSettings s = small_sds("element");
      change(s);
      SdsModel(s, "sgd");
    };
  };
  expect_message(make([](auto& s) { s.sparsity = 1; }),
                 "sds.sparsity: expected a number in [0, 1)");
  expect_message(make([](auto& s) { s.sparsity = NAN; }), "sds.sparsity");
  expect_message(
      make([](auto& s) {
        s.partition = {0, 3, 6, 9};
      }),
      "sds.partition, of 'conv0.weight': expected rising cuts from 0 to the kernel size 5");
  expect_message(make([](auto& s) { s.partition = {0, 3, 2, 5}; }), "found [0, 3, 2, 5]");
  expect_message(make([](auto& s) { s.partition = {}; }), "found []");
  expect_message(make([](auto& s) { s.prune_rate = 1.5; }), "sds.prune_rate");
  expect_message(make([](auto& s) { s.final_prune_rate = -1; }), "sds.final_prune_rate");
  expect_message(make([](auto& s) { s.update_every = 0; }), "sds.update_every");
  expect_message(make([](auto& s) { s.cost_exponent = -1; }),
                 "sds.cost_exponent: expected a number in [0, 2], found -1");
  expect_message(make([](auto& s) { s.stop_epoch = -2; }), "sds.stop_epoch");
  expect_message(make([](auto& s) { s.growth = "gradiant"; }), "did you mean 'gradient'");
  expect_message(make([](auto& s) { s.granularity = "elements"; }), "did you mean 'element'");
  expect_message(make([](auto& s) { s.distribution = "er"; }), "sds.distribution");
  expect_message(
      [] {
        SdsModel(small_sds("2:4"), "sgd", {{5, 5, 5, 6, 8}});
      },
      "input channels in multiples of 4, found 6");
}

/// The pairs of what is kept over the pairs of all.
double kept_pairs_after_updates(double cost_exponent) {
  SdsSettings s = small_sds("block");
  s.cost_exponent = cost_exponent;
  SdsModel m(s, "sgd");
  for (int step = 1; step <= 40; ++step) m.step(step);
  double kept = 0, all = 0;
  const Masks masks = m.sds->masks();
  const OffsetPairCounts pairs = m.pairs();
  for (std::size_t p = 0; p < masks.size(); ++p) {
    const auto mask = masks[p].second.span<std::uint8_t>();
    const std::size_t slab = mask.size() / pairs[p].size();
    for (std::size_t i = 0; i < mask.size(); ++i) {
      all += static_cast<double>(pairs[p][i / slab]);
      kept += mask[i] * static_cast<double>(pairs[p][i / slab]);
    }
  }
  return kept / all;
}

TEST(Sds, CostExponentPrunesWhereThereAreMorePairs) {
  // Six in ten weights are kept either way, but not the same.
  const double by_magnitude = kept_pairs_after_updates(0);
  EXPECT_NEAR(by_magnitude, 0.6, 0.06);
  EXPECT_LT(kept_pairs_after_updates(1), by_magnitude - 0.04);
}

TEST(Sds, CostExponentDropsTheSmallestWeightPerPair) {
  SdsSettings s = small_sds("offset");
  s.cost_exponent = 1;
  s.prune_rate = s.final_prune_rate = 1e-6;  // one offset of a group at a time
  SdsModel m(s, "sgd");
  Tensor weight = m.parameters[1].value();  // the optimizer adds nothing: no step() here
  const Tensor before = m.sds->masks()[1].second;
  const std::size_t slab = 16 * 16;
  // Group 0: offsets of z, y, x in {0, 1}, the last of which touches the centre and does not pay.
  // Weights such that |w| / pairs is smallest at the last kept of the others.
  std::vector<std::size_t> kept;
  for (std::size_t k : {0u, 1u, 5u, 6u, 25u, 26u, 30u})
    if (before.span<std::uint8_t>()[k * slab]) kept.push_back(k);
  ASSERT_GT(kept.size(), 1u);
  ASSERT_LT(kept.size(), 8u);
  for (std::size_t k : kept)
    for (std::size_t i = 0; i < slab; ++i)
      weight.span<float>()[k * slab + i] =
          static_cast<float>(k * k) * (k == kept.back() ? 0.5f : 1.0f) + 1.0f;
  for (std::size_t i = 0; i < slab; ++i) weight.span<float>()[31 * slab + i] = 2;
  const float* values = weight.data<float>();
  ASSERT_GT(values[kept.back() * slab], values[kept.front() * slab]);
  EXPECT_FALSE(m.sds->after_step(1, 0, *m.optimizer));  // no update, so no pairs are needed
  ASSERT_TRUE(m.sds->after_step(2, 0, *m.optimizer, nullptr, m.pairs()));
  EXPECT_EQ(m.parameters[1].value().span<float>()[kept.back() * slab], 0.0f);
  EXPECT_NE(m.parameters[1].value().span<float>()[kept.front() * slab], 0.0f);
}

TEST(Sds, CostExponentSparesTheMiddleOfTheKernel) {
  SdsSettings s = small_sds("offset");
  s.cost_exponent = 1;
  s.partition = {0, 5};
  SdsModel m(s, "sgd", {{5, 5, 5, 16, 16}});
  Tensor weight = m.parameters[0].value();
  for (float& value : weight.span<float>()) value = 1;  // nothing but the pairs tells offsets apart
  const Tensor before = m.sds->masks()[0].second;
  ASSERT_TRUE(m.sds->after_step(2, 0, *m.optimizer, nullptr, m.pairs()));
  int spared = 0, pruned = 0;
  for (std::int64_t k = 0; k < 125; ++k) {
    const bool middle =
        std::abs(k / 25 - 2) <= 1 && std::abs(k / 5 % 5 - 2) <= 1 && std::abs(k % 5 - 2) <= 1;
    if (!before.data<std::uint8_t>()[k * 256]) continue;
    const bool kept = weight.data<float>()[k * 256] != 0;
    EXPECT_TRUE(kept || !middle) << "offset " << k;
    spared += middle && kept;
    pruned += !kept;
  }
  EXPECT_GT(spared, 8);  // of 27, of which six in ten were drawn
  EXPECT_GT(pruned, 8);
}

TEST(Sds, CostExponentNeedsThePairs) {
  SdsSettings s = small_sds("offset");
  s.cost_exponent = 1;
  SdsModel m(s, "sgd");
  EXPECT_FALSE(m.sds->needs_pairs(1, 0));
  EXPECT_TRUE(m.sds->needs_pairs(2, 0));
  expect_message([&] { m.sds->after_step(2, 0, *m.optimizer); },
                 "expects the pairs of 2 sparse layers, found those of 0");
  OffsetPairCounts wrong = m.pairs();
  wrong[1].pop_back();
  expect_message([&] { m.sds->after_step(2, 0, *m.optimizer, nullptr, wrong); },
                 "'conv1.weight' has 125 offsets, but pairs of 124 were counted");
}

TEST(Sds, GrowthByMomentumNeedsMomentum) {
  SdsModel m(small_sds("element", "momentum"), "sgd");
  OptimizerSettings plain;
  plain.name = "sgd";
  plain.momentum = 0;
  plain.nesterov = false;
  m.optimizer = make_optimizer(m.all(), plain);
  m.step(1);
  expect_message([&] { m.step(2); }, "sds.growth");
}

TEST(Sds, ForeignMasksAreRefused) {
  SdsModel block(small_sds("block"), "sgd"), quads(small_sds("2:4"), "sgd"),
      element(small_sds("element"), "sgd");
  const Masks good = element.sds->masks();
  expect_message([&] { block.sds->load_masks(good); }, "does not keep to sds.granularity");
  expect_message([&] { quads.sds->load_masks(good); }, "does not keep to sds.granularity");
  expect_message([&] { element.sds->load_masks({good[0]}); }, "no mask for 'conv1.weight'");
  Masks misshapen = good;
  misshapen[0].second = Tensor::zeros({5, 5, 5, 36, 20}, DType::u8);
  expect_message([&] { element.sds->load_masks(misshapen); }, "expected u8 [5, 5, 5, 20, 36]");
  Masks odd = good;
  odd[0].second = Tensor::full({5, 5, 5, 20, 36}, 2, DType::u8);
  expect_message([&] { element.sds->load_masks(odd); }, "only 0 and 1");
}

TEST(Erk, TotalIsTheWantedDensity) {
  const std::vector<Shape> shapes{{3, 3, 3, 64, 64}, {1, 1, 1, 64, 64}, {3, 1, 1, 64, 32}};
  for (double sparsity : {0.0, 0.1, 0.4, 0.9, 0.999}) {
    const auto densities = erk_densities(shapes, sparsity);
    double kept = 0, all = 0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      EXPECT_LE(densities[i], 1.0);
      kept += densities[i] * static_cast<double>(numel(shapes[i]));
      all += static_cast<double>(numel(shapes[i]));
    }
    EXPECT_NEAR(kept / all, 1 - sparsity, 1e-9);
  }
  EXPECT_TRUE(erk_densities({}, 0.5).empty());
}

TEST(Selection, TiesGoToTheFirst) {
  const std::vector<float> scores{1, 0, 1, 0, 1, 0, 2};
  UnitList low = smallest(scores, {0, 1, 2, 3, 4, 5, 6}, 4);
  std::sort(low.begin(), low.end());
  EXPECT_EQ(low, (UnitList{0, 1, 3, 5}));
  UnitList high = largest(scores, {0, 1, 2, 3, 4, 5, 6}, 3);
  std::sort(high.begin(), high.end());
  EXPECT_EQ(high, (UnitList{0, 2, 6}));
}

TEST(Selection, AnyIsUniform) {
  std::vector<int> hits(5);
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Rng rng(seed);
    for (std::uint32_t unit : any({0, 1, 2, 3, 4}, 2, rng)) ++hits[unit];
  }
  for (int count : hits) EXPECT_NEAR(count, 2000, 200);  // about 6 standard deviations
}

}  // namespace
}  // namespace lsk3d::testing_support
