// SPDX-License-Identifier: MIT
#include "augment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "expect_error.h"
#include "lsk3d/core/error.h"

namespace lsk3d {
namespace {

/// `n` points in general position, the first tenth of them one car instance of 20 points or more.
WorkingScan make_scan(int n, std::uint64_t seed) {
  Rng rng(seed);
  WorkingScan scan;
  std::vector<float> points;
  std::vector<std::int32_t> classes, raw, source;
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < 3; ++k) points.push_back(rng.uniform(-30, 30));
    points.push_back(rng.uniform());
    const bool car = i < n / 10;
    classes.push_back(car ? 1 : 9);
    raw.push_back(car ? (5 << 16) | 10 : 40);
    source.push_back(i);
  }
  scan.points = Tensor::from(points, {n, 4});
  scan.classes = Tensor::from(classes, {n});
  scan.raw_labels = Tensor::from(raw, {n});
  scan.source = Tensor::from(source, {n});
  return scan;
}

std::vector<float> row(const WorkingScan& scan, std::int64_t i) {
  const float* p = scan.points.data<float>() + 4 * i;
  return {p, p + 4};
}

double distance(const WorkingScan& scan, std::int64_t i, std::int64_t j, int axes) {
  double sum = 0;
  for (int k = 0; k < axes; ++k) sum += std::pow(row(scan, i)[k] - row(scan, j)[k], 2.0);
  return std::sqrt(sum);
}

TEST(Augment, RotationKeepsHeightAndDistance) {
  const WorkingScan before = make_scan(100, 1);
  WorkingScan after = before;
  after.points = before.points.clone();
  Rng rng(7);
  rotate(after, rng);
  EXPECT_GT(std::abs(row(after, 0)[0] - row(before, 0)[0]), 1e-3);
  for (int i = 0; i < 99; ++i) {
    EXPECT_EQ(row(after, i)[2], row(before, i)[2]);
    EXPECT_EQ(row(after, i)[3], row(before, i)[3]);
    EXPECT_NEAR(distance(after, i, i + 1, 3), distance(before, i, i + 1, 3), 1e-4);
  }
}

TEST(Augment, FlipComesInFourKinds) {
  std::set<std::pair<bool, bool>> kinds;
  for (std::uint64_t stream = 0; stream < 40; ++stream) {
    WorkingScan scan = make_scan(10, 1);
    const float x = row(scan, 0)[0], y = row(scan, 0)[1];
    Rng rng(3, stream);
    flip(scan, rng);
    EXPECT_EQ(std::abs(row(scan, 0)[0]), std::abs(x));
    EXPECT_EQ(std::abs(row(scan, 0)[1]), std::abs(y));
    kinds.insert({row(scan, 0)[0] != x, row(scan, 0)[1] != y});
  }
  EXPECT_EQ(kinds.size(), 4u);
}

TEST(Augment, ScaleTouchesXyOnly) {
  const WorkingScan before = make_scan(20, 1);
  WorkingScan after = make_scan(20, 1);
  Rng rng(7);
  scale(after, 0.95, 1.05, rng);
  const float factor = row(after, 0)[0] / row(before, 0)[0];
  EXPECT_GE(factor, 0.95f);
  EXPECT_LE(factor, 1.05f);
  for (int i = 0; i < 20; ++i) {
    EXPECT_NEAR(row(after, i)[1], row(before, i)[1] * factor, 1e-4);
    EXPECT_EQ(row(after, i)[2], row(before, i)[2]);
  }
}

TEST(Augment, TranslationHasTheAskedWidth) {
  double sum = 0, square = 0;
  constexpr int kRuns = 2000;
  const WorkingScan before = make_scan(2, 1);
  for (int i = 0; i < kRuns; ++i) {
    WorkingScan after = make_scan(2, 1);
    Rng rng(9, static_cast<std::uint64_t>(i));
    translate(after, 0.1, rng);
    const double moved = row(after, 0)[2] - row(before, 0)[2];
    EXPECT_NEAR(row(after, 1)[2] - row(before, 1)[2], moved, 1e-5);
    sum += moved, square += moved * moved;
  }
  EXPECT_NEAR(sum / kRuns, 0, 0.01);
  EXPECT_NEAR(std::sqrt(square / kRuns), 0.1, 0.01);
}

TEST(Augment, TiltKeepsDistancesAndHasTheAskedWidth) {
  const WorkingScan before = make_scan(20, 1);
  double square = 0;
  constexpr int kRuns = 2000;
  for (int i = 0; i < kRuns; ++i) {
    WorkingScan after = make_scan(20, 1);
    Rng rng(9, static_cast<std::uint64_t>(i));
    tilt(after, 2, rng);
    EXPECT_NEAR(distance(after, 0, 19, 3), distance(before, 0, 19, 3), 1e-4);
    EXPECT_EQ(row(after, 3)[3], row(before, 3)[3]);
    // What z gains, over the point's distance from the axis: the angle, were it small.
    const double gained = row(after, 0)[2] - row(before, 0)[2];
    square +=
        gained * gained / (std::pow(row(before, 0)[0], 2.0) + std::pow(row(before, 0)[1], 2.0));
  }
  EXPECT_NEAR(std::sqrt(square / kRuns) * 180 / 3.14159265, 2, 0.2);
}

TEST(Augment, JitterMovesEveryPointByItself) {
  const WorkingScan before = make_scan(3000, 1);
  WorkingScan after = make_scan(3000, 1);
  Rng rng(7);
  jitter(after, 0.01, rng);
  double square = 0, together = 0;
  for (std::int64_t i = 0; i < 3000; ++i) {
    EXPECT_EQ(row(after, i)[3], row(before, i)[3]);
    const double dx = row(after, i)[0] - row(before, i)[0],
                 dz = row(after, i)[2] - row(before, i)[2];
    square += dz * dz;
    together += dx * dz;
  }
  EXPECT_NEAR(std::sqrt(square / 3000), 0.01, 0.001);
  EXPECT_NEAR(together / square, 0, 0.1);
}

TEST(Augment, RemissionNoiseStaysInRange) {
  const WorkingScan before = make_scan(3000, 1);
  WorkingScan after = make_scan(3000, 1);
  Rng rng(7);
  jitter_remission(after, 0.3, rng);
  int clamped = 0;
  for (std::int64_t i = 0; i < 3000; ++i) {
    for (int k = 0; k < 3; ++k) EXPECT_EQ(row(after, i)[k], row(before, i)[k]);
    EXPECT_NE(row(after, i)[3], row(before, i)[3]);
    ASSERT_GE(row(after, i)[3], 0);
    ASSERT_LE(row(after, i)[3], 1);
    clamped += row(after, i)[3] == 0 || row(after, i)[3] == 1;
  }
  EXPECT_NEAR(clamped / 3000.0, 0.24, 0.03);  // uniform in [0, 1]: 2 · 0.3 / √(2π)
}

TEST(Augment, DroppedPointsAreCopiesOfTheFirst) {
  const WorkingScan before = make_scan(5000, 1);
  double most = 0;
  for (std::uint64_t stream = 0; stream < 20; ++stream) {
    WorkingScan after = before;
    Rng rng(7, stream);
    drop_points(after, 0.2, rng);
    ASSERT_EQ(after.size(), before.size());
    int dropped = 0;
    for (std::int64_t i = 1; i < after.size(); ++i) {
      const std::int32_t from = after.source.data<std::int32_t>()[i];
      EXPECT_TRUE(from == 0 || from == i);
      EXPECT_EQ(row(after, i), row(before, from));
      EXPECT_EQ(after.classes.data<std::int32_t>()[i], before.classes.data<std::int32_t>()[from]);
      dropped += from == 0;
    }
    most = std::max(most, dropped / 5000.0);
  }
  EXPECT_LT(most, 0.22);
  EXPECT_GT(most, 0.1);
}

TEST(Augment, SphereCropKeepsTheNearest) {
  const WorkingScan before = make_scan(500, 1);
  WorkingScan after = before;
  Rng rng(7);
  crop_to_sphere(after, 100, rng);
  ASSERT_EQ(after.size(), 100);
  const auto kept = after.source.span<std::int32_t>();
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
  // Some kept point is the centre: all points kept lie nearer to it than all others.
  const std::set<std::int32_t> inside(kept.begin(), kept.end());
  bool found = false;
  for (const std::int32_t c : kept) {
    double far_in = 0, near_out = 1e9;
    for (std::int32_t i = 0; i < 500; ++i) {
      const double d = distance(before, c, i, 3);
      if (inside.count(i)) far_in = std::max(far_in, d);
      else near_out = std::min(near_out, d);
    }
    found = found || far_in <= near_out;
  }
  EXPECT_TRUE(found);
  crop_to_sphere(after, 100, rng);
  EXPECT_EQ(after.size(), 100);
}

TEST(Augment, ShuffleIsAPermutation) {
  const WorkingScan before = make_scan(300, 1);
  WorkingScan after = before;
  Rng rng(7);
  shuffle_points(after, rng);
  std::set<std::int32_t> seen;
  int moved = 0;
  for (std::int64_t i = 0; i < 300; ++i) {
    const std::int32_t from = after.source.data<std::int32_t>()[i];
    seen.insert(from);
    moved += from != i;
    EXPECT_EQ(row(after, i), row(before, from));
  }
  EXPECT_EQ(seen.size(), 300u);
  EXPECT_GT(moved, 250);
}

/// A flat street: ground of 1 point per 0.25 m² at height `ground`, and upright instances of 12
/// points on it, one for each (class, raw id) given, 2 m apart.
WorkingScan make_street(float ground, const std::vector<std::pair<int, int>>& instances) {
  std::vector<float> points;
  std::vector<std::int32_t> classes, raw, source;
  const auto add = [&](float x, float y, float z, int c, int id) {
    points.insert(points.end(), {x, y, z, 0.5F});
    classes.push_back(c);
    raw.push_back(id);
    source.push_back(static_cast<std::int32_t>(source.size()));
  };
  for (int x = -40; x < 40; ++x)
    for (int y = -40; y < 40; ++y)
      add(0.5F * static_cast<float>(x), 0.5F * static_cast<float>(y), ground, 9, 40);
  for (std::size_t i = 0; i < instances.size(); ++i)
    for (int k = 1; k <= 12; ++k)
      add(5.0F + 2.0F * static_cast<float>(i % 4), -6.0F + 2.0F * static_cast<float>(i / 4),
          ground + 0.15F * static_cast<float>(k), instances[i].first,
          static_cast<int>(i + 1) << 16 | instances[i].second);
  const auto n = static_cast<std::int64_t>(source.size());
  return {Tensor::from(points, {n, 4}), Tensor::from(classes, {n}), Tensor::from(raw, {n}),
          Tensor::from(source, {n})};
}

TEST(Augment, PastedInstancesStandOnTheGround) {
  WorkingScan scan = make_street(-1, {});
  const std::int64_t own = scan.size();
  Rng rng(7);
  paste_instances(scan, make_street(-1.8F, {{6, 30}, {1, 10}}), rng);
  ASSERT_EQ(scan.size(), own + 24);
  for (std::int64_t i = 0; i < 24; ++i)
    EXPECT_NEAR(row(scan, own + i)[2], -1 + 0.15 * static_cast<double>(i % 12 + 1), 1e-5);
}

TEST(Augment, PastedInstancesKeepTheirHeightWhereThereIsNoGround) {
  WorkingScan scan = make_street(20, {});  // a roof
  const std::int64_t own = scan.size();
  Rng rng(7);
  paste_instances(scan, make_street(-1.8F, {{6, 30}}), rng);
  EXPECT_NEAR(row(scan, own)[2], -1.65, 1e-5);
}

TEST(Augment, RareClassesArePastedAsOftenAsCommonOnes) {
  std::vector<std::pair<int, int>> cars_and_a_person(15, {1, 10});
  cars_and_a_person.emplace_back(6, 30);
  const WorkingScan other = make_street(-1, cars_and_a_person);
  int persons = 0;
  for (std::uint64_t stream = 0; stream < 32; ++stream) {
    WorkingScan scan = make_street(-1, {});
    Rng rng(7, stream);
    paste_instances(scan, other, rng);
    for (std::int64_t i = 0; i < scan.size(); ++i)
      persons += scan.classes.data<std::int32_t>()[i] == 6;
  }
  // Of eight instances the person is one with probability 1 - 1/256; were all alike, with 1/2.
  EXPECT_GE(persons, 29 * 12);
}

TEST(Augment, PastedInstancesAreTurnedCopies) {
  WorkingScan scan = make_scan(400, 1);
  const WorkingScan other = make_scan(300, 2);
  Rng rng(7);
  paste_instances(scan, other, rng);
  ASSERT_EQ(scan.size(), 430);
  for (std::int64_t i = 0; i < 30; ++i) {
    EXPECT_EQ(scan.source.data<std::int32_t>()[400 + i], WorkingScan::kForeign);
    EXPECT_EQ(scan.classes.data<std::int32_t>()[400 + i], 1);
    EXPECT_EQ(row(scan, 400 + i)[2], row(other, i)[2]);
    EXPECT_NEAR(std::hypot(row(scan, 400 + i)[0], row(scan, 400 + i)[1]),
                std::hypot(row(other, i)[0], row(other, i)[1]), 1e-4);
  }
}

TEST(Augment, PolarMixTakesAHalfTurnAndInstances) {
  const WorkingScan other = make_scan(3000, 2);
  std::set<bool> swapped;
  for (std::uint64_t stream = 0; stream < 16; ++stream) {
    WorkingScan scan = make_scan(4000, 1);
    Rng rng(7, stream);
    polar_mix(scan, other, rng);
    std::int64_t own = 0, foreign_road = 0, foreign_cars = 0;
    for (std::int64_t i = 0; i < scan.size(); ++i) {
      const bool foreign = scan.source.data<std::int32_t>()[i] == WorkingScan::kForeign;
      const bool car = scan.classes.data<std::int32_t>()[i] == 1;
      own += !foreign, foreign_road += foreign && !car, foreign_cars += foreign && car;
    }
    const bool swap = foreign_road > 0;
    swapped.insert(swap);
    EXPECT_NEAR(static_cast<double>(own), swap ? 2000 : 4000, swap ? 200 : 0);
    EXPECT_NEAR(static_cast<double>(foreign_road), swap ? 1350 : 0, swap ? 150 : 0);
    EXPECT_GE(foreign_cars, 600);
  }
  EXPECT_EQ(swapped.size(), 2u);
}

TEST(Augment, MixingNeedsLabels) {
  WorkingScan scan = make_scan(50, 1);
  WorkingScan other = make_scan(300, 2);
  other.classes = {};
  Rng rng(7);
  paste_instances(scan, other, rng);
  polar_mix(scan, other, rng);
  EXPECT_EQ(scan.size(), 50);
}

TEST(Augment, OneAndNoPoints) {
  AugmentationSettings all;
  all.drop_probability = 1, all.instance_paste = 1, all.polar_mix = 1, all.max_points = 5,
  all.shuffle = true;
  for (const int n : {0, 1}) {
    for (const int m : {0, 1, 300}) {
      WorkingScan scan = make_scan(n, 1);
      const WorkingScan other = make_scan(m, 2);
      Rng rng(7);
      augment(scan, all, MixChoice{true, true, 0}, &other, rng);
      EXPECT_LE(scan.size(), 5);
      if (n == 0) {
        EXPECT_EQ(scan.size(), 0);
      }
    }
  }
}

TEST(Augment, AllOffChangesNothing) {
  AugmentationSettings off;
  off.rotate = off.flip = false;
  off.scale_min = off.scale_max = 1;
  off.translate_std = off.drop_max = 0;
  const WorkingScan before = make_scan(50, 1);
  WorkingScan after = make_scan(50, 1);
  Rng rng(7);
  augment(after, off, {}, nullptr, rng);
  for (std::int64_t i = 0; i < 50; ++i) EXPECT_EQ(row(after, i), row(before, i));
}

TEST(Augment, WrongSettingsAreNamed) {
  using testing_support::expect_error;
  const auto wrong = [](auto change, const std::string& key) {
    AugmentationSettings settings;
    change(settings);
    expect_error<UsageError>([&] { check(settings); }, {"augmentation.", key});
  };
  wrong([](AugmentationSettings& s) { s.drop_max = 1.5; }, "drop_max");
  wrong([](AugmentationSettings& s) { s.drop_probability = std::nan(""); }, "drop_probability");
  wrong([](AugmentationSettings& s) { s.instance_paste = -1; }, "instance_paste");
  wrong([](AugmentationSettings& s) { s.polar_mix = 2; }, "polar_mix");
  wrong([](AugmentationSettings& s) { s.scale_min = 2; }, "scale_min");
  wrong([](AugmentationSettings& s) { s.translate_std = -0.1; }, "translate_std");
  wrong([](AugmentationSettings& s) { s.tilt_std = 90; }, "tilt_std");
  wrong([](AugmentationSettings& s) { s.jitter_std = -1; }, "jitter_std");
  wrong([](AugmentationSettings& s) { s.remission_std = std::nan(""); }, "remission_std");
  wrong([](AugmentationSettings& s) { s.max_points = -1; }, "max_points");
  EXPECT_NO_THROW(check(AugmentationSettings{}));
}

}  // namespace
}  // namespace lsk3d
