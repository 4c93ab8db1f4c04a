// SPDX-License-Identifier: MIT
#include "lsk3d/data/normals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "depth_completion.h"
#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/data/range_image.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/io/safetensors.h"
#include "scan_rows.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

/// What a scanner at height 1.7 over flat ground between walls at y = ±8 sees.
Tensor street() {
  std::vector<float> points;
  for (int beam = 0; beam < 64; ++beam) {
    const double pitch = (2.5 - beam * 27.0 / 63) * std::numbers::pi / 180;
    for (int column = 0; column < 1800; ++column) {
      const double yaw = (column + 0.5) / 1800 * 2 * std::numbers::pi;
      const double dx = std::cos(pitch) * std::cos(yaw), dy = std::cos(pitch) * std::sin(yaw),
                   dz = std::sin(pitch);
      const double ground = dz < 0 ? -1.7 / dz : 1e9, wall = 8 / std::abs(dy);
      const double t = std::min(ground, wall);
      if (t > 60) continue;
      for (const double v : {t * dx, t * dy, t * dz, 0.5}) points.push_back(static_cast<float>(v));
    }
  }
  const auto n = static_cast<std::int64_t>(points.size() / 4);
  return Tensor::from(points, {n, 4});
}

TEST(RangeImage, NearestPointWinsAPixel) {
  const Tensor points = Tensor::from(
      std::vector<float>{10, 0, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0}, {5, 4});
  const RangeImage image = project_to_range(points);
  const std::int32_t* pixel = image.pixel.data<std::int32_t>();
  EXPECT_EQ(pixel[0] % 900, 450);  // straight ahead lies in the middle
  EXPECT_EQ(pixel[0], pixel[1]);
  EXPECT_EQ(image.depth.data<float>()[pixel[0]], 5);
  EXPECT_EQ(image.nearest.data<std::int32_t>()[pixel[0]], 1);  // of equals the first
}

TEST(RangeImage, PointsOutsideTheFieldOfViewGoToTheEdgeRows) {
  const Tensor points =
      Tensor::from(std::vector<float>{1, 0, 50, 0, 1, 0, -50, 0, -1, -1e-9f, 0, 0}, {3, 4});
  const RangeImage image = project_to_range(points);
  EXPECT_EQ(image.pixel.data<std::int32_t>()[0] / 900, 0);
  EXPECT_EQ(image.pixel.data<std::int32_t>()[1] / 900, 63);
  EXPECT_EQ(image.pixel.data<std::int32_t>()[2] % 900, 899);  // the seam behind
}

TEST(DepthCompletion, FillsEverythingFromOnePixel) {
  Tensor depth = Tensor::full({64, 900}, RangeImage::kEmpty);
  depth.data<float>()[40 * 900 + 450] = 20;
  const Tensor filled = complete_depth(depth);
  EXPECT_NEAR(filled.data<float>()[40 * 900 + 450], 20, 1e-4);
  EXPECT_NEAR(filled.data<float>()[2 * 900 + 450], 20, 1e-4);  // extended to the top
}

TEST(DepthCompletion, AnEmptyImageStaysEmpty) {
  const Tensor filled = complete_depth(Tensor::full({64, 900}, RangeImage::kEmpty));
  for (const float d : filled.span<float>()) ASSERT_LE(d, 0.1f);
}

TEST(Normals, FlatSurfaces) {
  const Tensor points = street();
  const Tensor normals = compute_normals(points, NormalsMode::range_image);
  std::int64_t ground = 0, ground_good = 0, wall = 0, wall_good = 0;
  for (std::int64_t i = 0; i < points.dim(0); ++i) {
    const float* p = points.data<float>() + 4 * i;
    const float* n = normals.data<float>() + 3 * i;
    const bool is_wall = std::abs(std::abs(p[1]) - 8) < 1e-3;
    EXPECT_LE(n[0] * p[0] + n[1] * p[1] + n[2] * p[2], 1e-5f);  // faces the sensor
    if (is_wall) ++wall, wall_good += n[1] * (p[1] > 0 ? -1 : 1) > 0.95f;
    else ++ground, ground_good += n[2] > 0.95f;
  }
  EXPECT_GT(ground, 10000);
  EXPECT_GT(wall, 10000);
  EXPECT_GT(static_cast<double>(ground_good), 0.9 * static_cast<double>(ground));
  EXPECT_GT(static_cast<double>(wall_good), 0.9 * static_cast<double>(wall));
}

TEST(Normals, AreUnitVectorsOrZero) {
  Rng rng(1);
  std::vector<float> values(4 * 3000);
  for (float& v : values) v = rng.uniform(-40, 40);
  const Tensor points = Tensor::from(values, {3000, 4});
  for (const auto mode : {NormalsMode::range_image, NormalsMode::reference}) {
    const Tensor normals = compute_normals(points, mode);
    for (std::int64_t i = 0; i < 3000; ++i) {
      const float* n = normals.data<float>() + 3 * i;
      const float norm = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
      ASSERT_TRUE(norm == 0 || std::abs(norm - 1) < 1e-5f) << norm;
    }
  }
}

TEST(Normals, TolerateFewAndStrangePoints) {
  for (const auto mode : {NormalsMode::none, NormalsMode::range_image, NormalsMode::reference}) {
    EXPECT_EQ(compute_normals(Tensor::zeros({0, 4}), mode).shape(), (Shape{0, 3}));
    const std::vector<std::vector<float>> cases{
        {0, 0, 0, 0}, {1, 2, 3, 0}, {3e38f, 3e38f, 3e38f, 0}, {1e-30f, 0, 0, 0}, {0, 0, -500, 0}};
    for (const auto& point : cases) {
      const Tensor normals = compute_normals(Tensor::from(point, {1, 4}), mode);
      for (const float n : normals.span<float>()) EXPECT_TRUE(std::isfinite(n));
    }
  }
}

TEST(Normals, NoneIsZero) {
  const Tensor normals = compute_normals(street(), NormalsMode::none);
  for (const float n : normals.span<float>()) ASSERT_EQ(n, 0);
}

TEST(Normals, ModeNames) {
  EXPECT_EQ(parse_normals_mode("reference"), NormalsMode::reference);
  testing_support::expect_error<UsageError>(
      [] { parse_normals_mode("range_imag"); },
      {"range_imag", "none, range_image or reference", "did you mean"});
}

class NormalsGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    LSK3D_REQUIRE_SHARED(shared);
    golden_ = read_safetensors(shared + "/goldens/normals/normals.safetensors");
    const Scan scan = read_scan(shared + "/data/semantickitti/sequences/00/velodyne/000000.bin");
    std::vector<std::int32_t> kept;
    const Tensor& mask = golden_.at("keep_mask");
    for (std::int64_t i = 0; i < mask.numel(); ++i)
      if (mask.data<std::uint8_t>()[i]) kept.push_back(static_cast<std::int32_t>(i));
    points_ = gather_rows(scan.points, kept);
  }
  /// Share of rows of `width` numbers that differ by at most `tolerance`.
  static double share_within(const Tensor& a, const Tensor& b, std::int64_t width,
                             float tolerance) {
    EXPECT_EQ(a.numel(), b.numel());
    std::int64_t good = 0;
    for (std::int64_t row = 0; row < a.numel(); row += width) {
      bool close = true;
      for (std::int64_t k = row; k < row + width; ++k)
        close = close && std::abs(a.data<float>()[k] - b.data<float>()[k]) <= tolerance;
      good += close;
    }
    return static_cast<double>(good) * static_cast<double>(width) / static_cast<double>(a.numel());
  }
  TensorFile golden_;
  Tensor points_;
};

TEST_F(NormalsGolden, RangeImage) {
  const RangeImage image = project_to_range(points_);
  std::int64_t same = 0;
  for (std::int64_t i = 0; i < points_.dim(0); ++i)
    same +=
        image.pixel.data<std::int32_t>()[i] == golden_.at("proj_y").data<std::int32_t>()[i] * 900 +
                                                   golden_.at("proj_x").data<std::int32_t>()[i];
  EXPECT_GE(static_cast<double>(same), 0.9999 * static_cast<double>(points_.dim(0)));
  EXPECT_GE(share_within(image.depth, golden_.at("range_raw"), 1, 1e-5f), 0.9999);
}

TEST_F(NormalsGolden, DepthCompletion) {
  EXPECT_EQ(
      share_within(complete_depth(golden_.at("range_raw")), golden_.at("range_filled"), 1, 1e-4f),
      1);
}

TEST_F(NormalsGolden, Reference) {
  const Tensor normals = compute_normals(points_, NormalsMode::reference);
  EXPECT_GE(share_within(normals, golden_.at("normals"), 3, 1e-4f), 0.999);
}

}  // namespace
}  // namespace lsk3d
