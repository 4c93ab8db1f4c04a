// SPDX-License-Identifier: MIT
#include "lsk3d/io/coloured_cloud.h"

#include <bit>

#include "io/point_files.h"
#include "lsk3d/io/pcd.h"
#include "lsk3d/io/ply.h"

namespace lsk3d {
namespace {

using namespace testing_support;
using enum NumberType;

ColouredCloud two_points() {
  return {Tensor::from<float>({1, 2, 3, 0.5f, -4, 5, 6, 0.25f}, {2, 4}),
          Tensor::from<std::uint8_t>({255, 0, 7, 1, 2, 3}, {2, 3}),
          Tensor::from<std::int32_t>({-1, 16777217}, {2})};
}

void expect_labels(const PointTable& table, const Tensor& labels) {
  const Tensor found = table.labels(table.column("label"));
  ASSERT_TRUE(found.defined());
  for (std::int64_t i = 0; i < labels.dim(0); ++i)
    EXPECT_EQ(found.data<std::int32_t>()[i], labels.data<std::int32_t>()[i]);
}

TEST(ColouredCloud, RoundTripsAsPly) {
  const TemporaryFolder folder;
  write_ply(folder / "a.ply", two_points());
  const PointTable table = read_ply(folder / "a.ply");
  expect_values(table, {"x", "y", "z", "remission", "red", "green", "blue", "label"},
                {1, 2, 3, 0.5f, 255, 0, 7, -1, -4, 5, 6, 0.25f, 1, 2, 3, 16777216});
  EXPECT_EQ(table.types, (std::vector{f32, f32, f32, f32, u8, u8, u8, i32}));
  expect_labels(table, two_points().labels);
}

TEST(ColouredCloud, RoundTripsAsPcd) {
  const TemporaryFolder folder;
  write_pcd(folder / "a.pcd", two_points());
  const PointTable table = read_pcd(folder / "a.pcd");
  expect_values(table, {"x", "y", "z", "intensity", "rgb", "label"},
                {1, 2, 3, 0.5f, std::bit_cast<float>(0xff0007u), 4294967296.0f,  //
                 -4, 5, 6, 0.25f, std::bit_cast<float>(0x010203u), 16777216});
  EXPECT_EQ(table.types, (std::vector{f32, f32, f32, f32, f32, u32}));
  expect_labels(table, two_points().labels);
}

TEST(ColouredCloud, HasTheHeadersThatProgramsExpect) {
  const TemporaryFolder folder;
  write_ply(folder / "a", two_points());
  const std::string ply =
      "ply\nformat binary_little_endian 1.0\nelement vertex 2\nproperty float x\nproperty float y\n"
      "property float z\nproperty float remission\nproperty uchar red\nproperty uchar green\n"
      "property uchar blue\nproperty int label\nend_header\n";
  EXPECT_EQ(read_text_file(folder / "a").substr(0, ply.size()), ply);
  EXPECT_EQ(std::filesystem::file_size(folder / "a"), ply.size() + 2 * 23);
  write_pcd(folder / "a", two_points());
  const std::string pcd =
      "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z intensity rgb label\n"
      "SIZE 4 4 4 4 4 4\nTYPE F F F F F U\nCOUNT 1 1 1 1 1 1\nWIDTH 2\nHEIGHT 1\n"
      "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA binary\n";
  EXPECT_EQ(read_text_file(folder / "a").substr(0, pcd.size()), pcd);
  EXPECT_EQ(std::filesystem::file_size(folder / "a"), pcd.size() + 2 * 24);
}

TEST(ColouredCloud, MayBeEmpty) {
  const TemporaryFolder folder;
  const ColouredCloud none{Tensor::zeros({0, 4}), Tensor::zeros({0, 3}, DType::u8),
                           Tensor::zeros({0}, DType::i32)};
  write_ply(folder / "a.ply", none);
  write_pcd(folder / "a.pcd", none);
  EXPECT_EQ(read_ply(folder / "a.ply").points(), 0);
  EXPECT_EQ(read_pcd(folder / "a.pcd").points(), 0);
}

TEST(ColouredCloud, RefusesOtherShapesAndKeepsTheOldFile) {
  const TemporaryFolder folder;
  overwrite(folder / "a", to_bytes("old"));
  for (const auto write : {write_ply, write_pcd})
    for (int fault = 0; fault < 5; ++fault) {
      ColouredCloud cloud = two_points();
      if (fault == 0) cloud.points = Tensor();
      if (fault == 1) cloud.points = Tensor::zeros({2, 3});
      if (fault == 2) cloud.rgb = Tensor::zeros({2, 3});
      if (fault == 3) cloud.rgb = Tensor::zeros({1, 3}, DType::u8);
      if (fault == 4) cloud.labels = Tensor::zeros({2}, DType::i64);
      EXPECT_THROW(write(folder / "a", cloud), UsageError) << fault;
    }
  EXPECT_EQ(read_text_file(folder / "a"), "old");
  EXPECT_EQ(folder.files(), 1u);
  EXPECT_THROW(write_ply(folder / "no/such/a.ply", two_points()), DataError);
}

}  // namespace
}  // namespace lsk3d
