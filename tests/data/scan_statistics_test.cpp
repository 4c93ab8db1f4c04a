// SPDX-License-Identifier: MIT
#include "lsk3d/data/scan_statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;

/// A tiny scan with every point changed.
Scan scan_with(std::uint64_t seed, const std::function<void(float*)>& change = {}) {
  const auto tiny = testing_support::tiny_scan(seed, 2000);
  Scan scan;
  scan.points = Tensor::from(tiny.points, {2000, 4});
  scan.file_points = 2000;
  if (change)
    for (int i = 0; i < 2000; ++i) change(scan.points.data<float>() + 4 * i);
  return scan;
}

InputStatistics learnt() {
  InputStatistics statistics;
  for (std::uint64_t seed = 0; seed < 4; ++seed) statistics.add(measure_scan(scan_with(seed), {}));
  return statistics;
}

std::string difference(const std::function<void(float*)>& change) {
  return difference_from(learnt(), measure_scan(scan_with(9, change), {}));
}

TEST(ScanStatistics, MeasuresWhatItSays) {
  const ScanStatistics found = measure_scan(scan_with(1), {});
  EXPECT_NEAR(found.ground, -1.75, 0.1);
  EXPECT_GT(found.in_volume, 0.9);
  EXPECT_LE(found.remission_max, 0.7);
  Scan empty;
  empty.points = Tensor::zeros({0, 4});
  EXPECT_TRUE(std::isnan(measure_scan(empty, {}).ground));
}

TEST(ScanStatistics, AScanLikeTheOthersIsNotWarnedOf) {
  EXPECT_EQ(difference([](float*) {}), "");
  EXPECT_EQ(difference([](float* p) { p[3] *= 1.5f, p[2] += 0.2f; }), "");
  EXPECT_EQ(difference_from(InputStatistics{}, measure_scan(scan_with(1), {})), "");
}

TEST(ScanStatistics, EachDifferenceNamesItsCauseAndTheOption) {
  const auto names = [](const std::string& text, const std::vector<std::string>& parts) {
    for (const auto& part : parts)
      EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' in: " << text;
  };
  names(difference([](float* p) { p[3] *= 255; }), {"unit", "--remission-scale auto"});
  names(difference([](float* p) { p[3] = 0; }), {"missing", "--remission-field"});
  names(difference([](float* p) { p[3] /= 255; }), {"--remission-scale"});
  names(difference([](float* p) { p[2] += 1; }), {"lower", "--sensor-height 0.7"});
  names(difference([](float* p) { p[2] -= 1; }), {"higher", "--sensor-height 2.7"});
  names(difference([](float* p) { p[0] *= 1000, p[1] *= 1000, p[2] *= 1000; }), {"units", "volume"});
}

TEST(ScanStatistics, RoundTripAsJson) {
  InputStatistics statistics = learnt();
  EXPECT_EQ(parse_input_statistics(to_json(statistics), "x"), statistics);
  statistics.low.ground = statistics.high.ground = NAN;
  EXPECT_TRUE(std::isnan(parse_input_statistics(to_json(statistics), "x").low.ground));
  for (const char* wrong : {"", "{", "[]", "{\"scans\": \"many\"}"})
    expect_error<DataError>([&] { parse_input_statistics(wrong, "m.safetensors"); },
                            {"m.safetensors", "input_statistics"});
}

}  // namespace
}  // namespace lsk3d
