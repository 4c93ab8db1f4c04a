// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/cws.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lsk3d/core/parallel.h"
#include "sparsity/sds_model.h"
#include "spatial_groups.h"
#include "support/expect_throw.h"

namespace lsk3d::testing_support {
namespace {

CwsSettings settings() {
  CwsSettings s;
  s.enabled = true;
  return s;
}

TEST(WidthSchedule, FallsInStepsFromWideToNarrow) {
  CwsSettings s = settings();
  s.start = 0.2, s.stop = 0.6, s.steps = 4;
  const WidthSchedule widths(64, s, false, 100);
  EXPECT_EQ(widths.first(), 96);
  EXPECT_EQ(widths.last(), 64);
  const std::vector<std::pair<int, int>> wanted{{0, 96},  {19, 96}, {20, 88}, {32, 88}, {33, 80},
                                                {46, 80}, {47, 72}, {59, 72}, {60, 64}, {100, 64}};
  for (const auto& [step, width] : wanted) EXPECT_EQ(widths.at(step), width) << "step " << step;
}

TEST(WidthSchedule, ChannelsFadeInAStraightLineBeforeTheirCut) {
  CwsSettings s = settings();
  s.start = 0.2, s.stop = 0.6, s.steps = 2;
  double left = 1;
  for (int step = 1; step <= 20; ++step) {
    const NextCut next = next_cut(s, step, 100);
    EXPECT_EQ(next.step, 20);
    left *= next.fade;
    EXPECT_NEAR(left, step <= 10 ? 1 : (20 - step) / 10.0, 1e-12) << "step " << step;
  }
  EXPECT_EQ(left, 0);
  EXPECT_EQ(next_cut(s, 21, 100).step, 60);
  EXPECT_EQ(next_cut(s, 40, 100).fade, 1);
  EXPECT_LT(next_cut(s, 41, 100).fade, 1);
  EXPECT_EQ(next_cut(s, 60, 100).fade, 0);
  EXPECT_EQ(next_cut(s, 61, 100).step, -1);
  s.start = s.stop = 0;
  EXPECT_EQ(next_cut(s, 1, 100).fade, 0);  // never later than the first step
}

TEST(WidthSchedule, WidthsAreEvenAndEndAtTheDeployedOne) {
  for (int width : {2, 6, 8, 10, 16, 20, 64})
    for (double factor : {1.0, 1.1, 1.3, 1.5, 2.0})
      for (int steps : {1, 3, 4, 7})
        for (std::int64_t total : {1, 6, 100})
          for (bool quads : {false, true}) {
            if (quads && width % 4) continue;
            CwsSettings s = settings();
            s.width_factor = factor, s.steps = steps, s.start = 0, s.stop = 1;
            const WidthSchedule widths(width, s, quads, total);
            EXPECT_GE(widths.first(), factor * width - 1e-6);
            EXPECT_LT(widths.first(), factor * width + 4);
            int before = widths.at(0);
            EXPECT_EQ(before, widths.first());
            for (std::int64_t step = 1; step <= total; ++step) {
              EXPECT_LE(widths.at(step), before);
              before = widths.at(step);
              EXPECT_EQ(before % (quads ? 4 : 2), 0);
            }
            EXPECT_EQ(before, width);
          }
}

TEST(WidthSchedule, SettingsOutOfRangeNameTheirKey) {
  const auto with = [](auto change, int width = 8, bool quads = false) {
    CwsSettings s = settings();
    change(s);
    WidthSchedule(width, s, quads, 10);
  };
  LSK3D_EXPECT_THROW(with([](CwsSettings& s) { s.width_factor = 0.9; }), UsageError,
                     "cws.width_factor", "1 to 8", "0.9");
  LSK3D_EXPECT_THROW(with([](CwsSettings& s) { s.start = 0.7; }), UsageError, "cws.start", "0.7");
  LSK3D_EXPECT_THROW(with([](CwsSettings& s) { s.steps = 0; }), UsageError, "cws.steps");
  LSK3D_EXPECT_THROW(with([](CwsSettings&) {}, 6, true), UsageError, "2:4", "multiples of 4", "6");
  LSK3D_EXPECT_THROW(with([](CwsSettings&) {}, 4000), UsageError, "cws.width_factor", "4096");
  CwsSettings s = settings();
  s.importance = "magnitud";
  LSK3D_EXPECT_THROW(Cws({}, s), UsageError, "cws.importance", "magnitude");
  s = settings();
  s.smoothing = 1;
  LSK3D_EXPECT_THROW(Cws({}, s), UsageError, "cws.smoothing", "1");
}

/// Two convs in a row: the channels between them are group 0, those at the ends groups 1 and 2.
struct TwoConvs : SdsModel {
  explicit TwoConvs(const SdsSettings& s, const std::string& optimizer = "adamw",
                    std::int64_t inner = 48)
      : SdsModel(s, optimizer, {{5, 5, 5, 20, inner}, {5, 5, 5, inner, 36}}) {}
  std::vector<ChannelGroup> groups() {
    Parameter *a = &parameters[0], *b = &parameters[1];
    return {{a->value().dim(4), {{a, nullptr, 4, 0}, {b, nullptr, 3, 0}}, false},
            {20, {{a, nullptr, 3, 0}}, true},
            {36, {{b, nullptr, 4, 0}}, true}};
  }
};

TEST(Cws, DropsTheChannelsThatMatterLeast) {
  for (const std::string importance : {"magnitude", "bn_scale", "taylor"}) {
    TwoConvs model(small_sds("element"));
    const std::set<std::int64_t> weak{3, 17, 40};
    for (std::int64_t i = 0; i < model.parameters[0].value().numel(); ++i)
      if (weak.contains(i % 48)) model.parameters[0].value().data<float>()[i] *= 0.01f;
    for (std::int64_t i = 0; i < model.parameters[1].value().numel(); ++i)
      if (weak.contains(i / 36 % 48)) model.parameters[1].value().data<float>()[i] *= 0.01f;
    for (auto& p : model.parameters) p.grad() = p.value().clone();
    CwsSettings s = settings();
    s.importance = importance;
    Cws cws(model.groups(), s);
    cws.observe();
    const KeptChannels kept = cws.select({45, 20, 36});
    ASSERT_EQ(kept[0].size(), 45u);
    for (std::int64_t c : kept[0]) EXPECT_FALSE(weak.contains(c)) << importance << " kept " << c;
  }
}

TEST(Cws, ImportanceIsSmoothedOverSteps) {
  TwoConvs model(small_sds("element"));
  CwsSettings s = settings();
  s.smoothing = 0.75;
  Cws cws(model.groups(), s);
  cws.observe();
  const double first = cws.state()[0].second.data<double>()[0];
  for (auto& p : model.parameters) p.value().copy_from(random_tensor(p.value().shape(), 77));
  Cws now(model.groups(), s);
  now.observe();
  const double second = now.state()[0].second.data<double>()[0];
  cws.observe();
  EXPECT_NE(first, second);
  EXPECT_NEAR(cws.state()[0].second.data<double>()[0], 0.75 * first + 0.25 * second, 1e-12);
}

TEST(Cws, WhatFadesIsSettledAndReachesZero) {
  TwoConvs model(small_sds("element"));
  Cws cws(model.groups(), settings());
  cws.observe();
  const KeptChannels kept = cws.select({40, 20, 36});
  const auto stays = [&](std::int64_t i) {  // weight i of the second conv
    return std::binary_search(kept[0].begin(), kept[0].end(), i / 36 % 48);
  };
  const Tensor before = model.parameters[1].value().clone();
  cws.fade({40, 20, 36}, 0.5);
  float* weights = model.parameters[1].value().data<float>();
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < before.numel(); ++i)
    wrong += weights[i] != before.data<float>()[i] * (stays(i) ? 1 : 0.5f);
  EXPECT_EQ(wrong, 0);
  // Others become the weakest, yet the choice stands, also after a restart.
  for (std::int64_t i = 0; i < before.numel(); ++i)
    if (stays(i)) weights[i] *= 1e-3f;
  for (int i = 0; i < 50; ++i) cws.observe();
  Cws restarted(model.groups(), settings());
  restarted.load_state(cws.state());
  EXPECT_EQ(cws.select({40, 20, 36}), kept);
  EXPECT_EQ(restarted.select({40, 20, 36}), kept);
  cws.fade({40, 20, 36}, 0);
  for (std::int64_t i = 0; i < before.numel(); ++i) wrong += !stays(i) && weights[i] != 0;
  EXPECT_EQ(wrong, 0);
}

TEST(Cws, StateThatDoesNotFitIsRefused) {
  TwoConvs model(small_sds("element")), narrower(small_sds("element"), "adamw", 32);
  Cws cws(model.groups(), settings()), other(narrower.groups(), settings());
  cws.observe();
  other.observe();
  LSK3D_EXPECT_THROW(cws.load_state(other.state()), DataError, "conv0.weight", "48", "32");
  auto renamed = cws.state();
  renamed[0].first = "x";
  LSK3D_EXPECT_THROW(cws.load_state(renamed), DataError, "conv0.weight");
  renamed.pop_back();
  LSK3D_EXPECT_THROW(cws.load_state(renamed), DataError, "3", "2");
  EXPECT_NO_THROW(cws.load_state(cws.state()));
}

class CutUnderSds : public ::testing::TestWithParam<const char*> {};

TEST_P(CutUnderSds, EverythingShrinksAndBudgetsKeepTheirDensity) {
  for (const std::string optimizer : {"sgd", "adamw"}) {
    const SdsSettings sds = small_sds(GetParam());
    TwoConvs model(sds, optimizer);
    for (int step = 1; step <= 3; ++step) model.step(step);
    std::vector<std::vector<double>> before;
    for (const auto& p : model.parameters) before.push_back(model.sds->group_densities(p.name));
    const double sparsity = model.sds->sparsity();
    Cws cws(model.groups(), settings());
    cws.observe();
    const KeptChannels kept = cws.select({32, 20, 36});
    const Tensor old = model.parameters[1].value().clone();
    cws.cut(kept, *model.optimizer, model.sds.get(), 3);
    EXPECT_EQ(cws.groups()[0].width, 32);
    EXPECT_EQ(cws.state()[0].second.shape(), (Shape{32}));
    EXPECT_EQ(model.parameters[0].value().shape(), (Shape{5, 5, 5, 20, 32}));
    EXPECT_EQ(model.parameters[1].value().shape(), (Shape{5, 5, 5, 32, 36}));
    const Masks masks = model.sds->masks();
    for (std::size_t p = 0; p < 2; ++p) {
      EXPECT_EQ(masks[p].second.shape(), model.parameters[p].value().shape());
      std::vector<Tensor> masked = model.optimizer->masked_state_of(model.parameters[p]);
      for (const Tensor& state : model.optimizer->state_of(model.parameters[p]))
        EXPECT_EQ(state.shape(), model.parameters[p].value().shape());
      masked.push_back(model.parameters[p].value());
      std::int64_t wrong = 0;
      for (const Tensor& t : masked)
        for (std::int64_t i = 0; i < t.numel(); ++i)
          wrong += masks[p].second.data<std::uint8_t>()[i] == 0 && t.data<float>()[i] != 0;
      EXPECT_EQ(wrong, 0);
      const auto after = model.sds->group_densities(model.parameters[p].name);
      // A group of 1 to 8 offsets of few units cannot keep a density exactly.
      const double tolerance =
          std::string(GetParam()) == "element" || std::string(GetParam()) == "2:4" ? 2e-3 : 0.51;
      for (std::size_t g = 0; g < after.size(); ++g)
        EXPECT_NEAR(after[g], before[p][g], tolerance) << "group " << g;
    }
    EXPECT_NEAR(model.sds->sparsity(), sparsity, 0.02);
    // What stays of a weight is what it was, or pruned.
    std::int64_t changed = 0;
    for (std::int64_t i = 0; i < model.parameters[1].value().numel(); ++i) {
      const std::int64_t k = i / (32 * 36), c = i / 36 % 32, o = i % 36;
      const float value = model.parameters[1].value().data<float>()[i];
      changed +=
          value != 0 &&
          value != old.data<float>()[(k * 48 + kept[0][static_cast<std::size_t>(c)]) * 36 + o];
    }
    EXPECT_EQ(changed, 0);
    // The masks keep to the granularity: a fresh model takes them, and training goes on.
    TwoConvs fresh(sds, optimizer, 32);
    EXPECT_NO_THROW(fresh.sds->load_masks(masks, 3));
    for (int step = 4; step <= 6; ++step) model.step(step);
  }
}

TEST_P(CutUnderSds, SameBitsOnAnyNumberOfThreads) {
  const int before = num_threads();
  std::vector<Tensor> results[2];
  for (int run : {0, 1}) {
    set_num_threads(run + 1);
    TwoConvs model(small_sds(GetParam()));
    Cws cws(model.groups(), settings());
    for (int step = 1; step <= 3; ++step) model.step(step), cws.observe();
    cws.cut(cws.select({32, 20, 36}), *model.optimizer, model.sds.get(), 3);
    for (auto& p : model.parameters) results[run].push_back(p.value());
    for (const auto& entry : model.optimizer->state()) results[run].push_back(entry.second);
    for (const auto& entry : model.sds->masks()) results[run].push_back(entry.second);
    for (const auto& entry : cws.state()) results[run].push_back(entry.second);
  }
  set_num_threads(before);
  for (std::size_t i = 0; i < results[0].size(); ++i)
    EXPECT_TRUE(same_bytes(results[0][i], results[1][i])) << "result " << i;
}

INSTANTIATE_TEST_SUITE_P(Granularities, CutUnderSds,
                         ::testing::Values("element", "offset", "block", "2:4"));

}  // namespace
}  // namespace lsk3d::testing_support
