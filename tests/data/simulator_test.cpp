// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "expect_error.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/data/simulator/street_simulator.h"
#include "simulator/bvh.h"
#include "simulator/sensor.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

bool same(const SimulatedScan& a, const SimulatedScan& b) {
  return same(a.points, b.points) && same(a.labels, b.labels) && a.pose == b.pose;
}

TEST(StreetSimulator, SameArgumentsGiveTheSameScan) {
  const StreetSimulator a(7, 3, 32, 400), b(7, 3, 32, 400);
  for (int i = 0; i < 3; ++i) a.scan(i);  // what was asked for before does not matter
  EXPECT_TRUE(same(a.scan(5), b.scan(5)));
  EXPECT_FALSE(same(a.scan(5), a.scan(6)));
}

TEST(StreetSimulator, ThreadsDoNotMatter) {
  const StreetSimulator street(1, 0, 32, 400);
  set_num_threads(1);
  const SimulatedScan one = street.scan(2);
  set_num_threads(4);
  const SimulatedScan four = street.scan(2);
  set_num_threads(0);
  EXPECT_TRUE(same(one, four));
}

TEST(StreetSimulator, SeedsAndSequencesAreOtherStreets) {
  const SimulatedScan first = StreetSimulator(1, 0, 32, 400).scan(0);
  EXPECT_FALSE(same(first.points, StreetSimulator(2, 0, 32, 400).scan(0).points));
  EXPECT_FALSE(same(first.points, StreetSimulator(1, 1, 32, 400).scan(0).points));
  // A sequence of one seed is no sequence of another, not even shifted.
  EXPECT_FALSE(same(StreetSimulator(1, 1, 32, 400).scan(0).points,
                    StreetSimulator(2, 0, 32, 400).scan(0).points));
}

TEST(StreetSimulator, PointsLieInRangeAndRemissionsBelowOne) {
  const SimulatedScan scan = StreetSimulator(3, 8, 64, 600).scan(4);
  ASSERT_EQ(scan.points.rank(), 2);
  ASSERT_EQ(scan.points.dim(0), scan.labels.dim(0));
  EXPECT_GT(scan.points.dim(0), 64 * 600 / 2);
  const float* p = scan.points.data<float>();
  for (std::int64_t i = 0; i < scan.points.dim(0); ++i, p += 4) {
    const float range = std::sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
    ASSERT_TRUE(std::isfinite(range));
    ASSERT_GT(range, 1.0f);
    ASSERT_LT(range, simulator::kMaxRange + 1);
    ASSERT_GE(p[3], 0.0f);
    ASSERT_LT(p[3], 1.0f);
  }
}

TEST(StreetSimulator, EveryClassOccurs) {
  const LabelMap map = load_label_map("semantic_kitti");
  std::map<std::int32_t, int> scans_with;
  int scans = 0;
  for (const std::uint64_t seed : {0, 1, 2, 3})
    for (const int index : {0, 14}) {
      const SimulatedScan scan = StreetSimulator(seed, 0, 64, 900).scan(index);
      const Tensor classes =
          map.classes_of(scan.labels, "simulated");  // throws on an id not in the map
      std::map<std::int32_t, int> points;
      for (const std::int32_t c : classes.span<std::int32_t>()) ++points[c];
      for (const auto& [c, count] : points) scans_with[c] += count >= 10;
      ++scans;
    }
  for (std::int32_t c = 1; c < 20; ++c)
    EXPECT_GE(scans_with[c], scans / 2) << map.class_names[static_cast<std::size_t>(c)];
}

TEST(StreetSimulator, ThingsHaveInstancesAndStuffHasNone) {
  const std::set<std::uint32_t> things{10, 11, 15, 18, 20, 30, 31, 32};
  const SimulatedScan scan = StreetSimulator(5, 2, 64, 900).scan(1);
  std::map<std::uint32_t, std::set<std::uint32_t>> classes_of_instance;
  for (const std::int32_t label : scan.labels.span<std::int32_t>()) {
    const auto bits = static_cast<std::uint32_t>(label);
    const std::uint32_t id = bits & 0xFFFF, instance = bits >> 16;
    EXPECT_EQ(things.count(id) == 1, instance != 0) << "id " << id;
    if (instance) classes_of_instance[instance].insert(id);
  }
  EXPECT_GT(classes_of_instance.size(), 10u);
  for (const auto& [instance, ids] : classes_of_instance) EXPECT_EQ(ids.size(), 1u) << instance;
}

TEST(StreetSimulator, RoadLiesBelowTheSensor) {
  const SimulatedScan scan = StreetSimulator(9, 0, 64, 600).scan(3);
  const float* p = scan.points.data<float>();
  double sum = 0, count = 0;
  for (std::int64_t i = 0; i < scan.points.dim(0); ++i, p += 4)
    if ((scan.labels.data<std::int32_t>()[i] & 0xFFFF) == 40 && std::hypot(p[0], p[1]) < 8) {
      sum += p[2];
      count += 1;
    }
  ASSERT_GT(count, 100);
  EXPECT_NEAR(sum / count, -1.73, 0.08);
}

TEST(StreetSimulator, DrivesThreeToFiveMetresBetweenScans) {
  for (const int sequence : {0, 57}) {
    const StreetSimulator street(11, sequence, 1, 1);
    for (const int begin : {0, 3000, 99000})
      for (int i = begin; i < begin + 200; ++i) {
        const auto a = street.pose(i), b = street.pose(i + 1);
        const double step = std::hypot(a[3] - b[3], a[7] - b[7], a[11] - b[11]);
        ASSERT_GE(step, 3.0) << i;
        ASSERT_LE(step, 5.0) << i;
      }
  }
}

// What stands still must lie at the same place of the world in two scans, moved by their poses.
TEST(StreetSimulator, PosesBringBuildingsTogether) {
  const StreetSimulator street(4, 1, 64, 900);
  const SimulatedScan a = street.scan(10), b = street.scan(11);
  const auto cells = [](const SimulatedScan& scan) {
    std::set<std::array<long, 3>> found;
    const float* p = scan.points.data<float>();
    for (std::int64_t i = 0; i < scan.points.dim(0); ++i, p += 4) {
      if ((scan.labels.data<std::int32_t>()[i] & 0xFFFF) != 50 || std::hypot(p[0], p[1]) > 25)
        continue;
      std::array<long, 3> cell{};
      for (std::size_t k = 0; k < 3; ++k)
        cell[k] = std::lround((scan.pose[4 * k] * p[0] + scan.pose[4 * k + 1] * p[1] +
                               scan.pose[4 * k + 2] * p[2] + scan.pose[4 * k + 3]) /
                              0.5);
      found.insert(cell);
    }
    return found;
  };
  const auto first = cells(a), second = cells(b);
  ASSERT_GT(first.size(), 30u);
  std::size_t near = 0;
  for (const auto& cell : first) {
    bool met = false;
    for (long x = -1; x <= 1 && !met; ++x)
      for (long y = -1; y <= 1 && !met; ++y)
        for (long z = -1; z <= 1 && !met; ++z)
          met = second.count({cell[0] + x, cell[1] + y, cell[2] + z}) > 0;
    near += met;
  }
  EXPECT_GT(static_cast<double>(near), 0.75 * static_cast<double>(first.size()));
}

TEST(StreetSimulator, OneBeamAndOneColumnWork) {
  EXPECT_LE(StreetSimulator(0, 0, 1, 1).scan(0).points.dim(0), 1);
  EXPECT_NO_THROW(StreetSimulator(0, 0, 256, 2).scan(99999));
}

TEST(StreetSimulator, RefusesWhatItCannotBe) {
  expect_error<UsageError>([] { StreetSimulator(0, 100); }, {"sequence", "0 to 99", "100"});
  expect_error<UsageError>([] { StreetSimulator(0, -1); }, {"sequence", "-1"});
  expect_error<UsageError>([] { StreetSimulator(0, 0, 0); }, {"beams", "1 to 256", "0"});
  expect_error<UsageError>([] { StreetSimulator(0, 0, 257); }, {"beams", "257"});
  expect_error<UsageError>([] { StreetSimulator(0, 0, 64, 8193); }, {"columns", "8192", "8193"});
  const StreetSimulator street(0, 0, 1, 1);
  expect_error<UsageError>([&] { street.scan(-1); }, {"scan", "99999", "-1"});
  expect_error<UsageError>([&] { street.scan(100000); }, {"scan", "100000"});
}

TEST(Sensor, BeamsAreThoseOfTheHdl64) {
  const std::vector<float> beams = simulator::beam_elevations(64);
  const auto degrees = [&](std::size_t i) { return beams[i] * 57.29578f; };
  EXPECT_NEAR(degrees(0), 2.0f, 1e-3f);
  EXPECT_NEAR(degrees(63), -24.8f, 1e-3f);
  EXPECT_NEAR(degrees(1) - degrees(2), 1.0f / 3, 1e-3f);
  EXPECT_NEAR(degrees(40) - degrees(41), 0.514f, 1e-3f);
  for (std::size_t i = 1; i < beams.size(); ++i) EXPECT_LT(beams[i], beams[i - 1]);
}

TEST(Bvh, FindsWhatASearchOfAllFinds) {
  using namespace simulator;
  Rng rng(6);
  std::vector<Primitive> things;
  for (int i = 0; i < 200; ++i) {
    Primitive p;
    p.form = static_cast<Form>(rng.below(6));
    p.center = {rng.uniform(-20, 20), rng.uniform(-20, 20), rng.uniform(-3, 3)};
    p.half = {rng.uniform(0.2f, 1), rng.uniform(0.2f, 1), rng.uniform(0.2f, 1)};
    p.inset = {0.1f, 0.1f, 0.1f};
    p.label = static_cast<std::uint32_t>(i);
    things.push_back(p);
  }
  const Bvh tree(things);
  int hits = 0;
  for (std::uint32_t k = 0; k < 2000; ++k) {
    Ray ray{{0, 0, 0}, normalized({rng.normal(), rng.normal(), 0.2f * rng.normal()}), k};
    float nearest = kNoHit;
    for (const Primitive& p : things) nearest = std::min(nearest, intersect(p, ray, kNoHit, 0));
    const Bvh::Hit hit = tree.nearest(ray, kNoHit);
    ASSERT_EQ(hit.t, nearest) << k;
    hits += hit.primitive >= 0;
  }
  EXPECT_GT(hits, 200);
  EXPECT_EQ(Bvh({}).nearest({{0, 0, 0}, {1, 0, 0}, 0}, 10).primitive, -1);
}

}  // namespace
}  // namespace lsk3d
