// SPDX-License-Identifier: MIT
#include "lsk3d/data/scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "lsk3d/io/npy.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;
using testing_support::ScratchFolder;
using testing_support::write_bytes;
using testing_support::write_text;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

void write_floats(const std::string& path, const std::vector<float>& values) {
  write_bytes(path, values.data(), values.size() * sizeof(float));
}

void expect_points(const Scan& scan, const std::vector<float>& expected) {
  ASSERT_EQ(scan.points.shape(), (Shape{static_cast<std::int64_t>(expected.size() / 4), 4}));
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(scan.points.data<float>()[i], expected[i]) << i;
}

TEST(Scan, ReadsKittiBinary) {
  const ScratchFolder folder("scan_bin");
  write_floats(folder / "a.bin", {1, 2, 3, 0.5f, -4, 5, 6, 0.25f});
  const Scan scan = read_scan(folder / "a.bin");
  expect_points(scan, {1, 2, 3, 0.5f, -4, 5, 6, 0.25f});
  EXPECT_EQ(scan.file_points, 2);
  EXPECT_EQ(scan.dropped, 0);
  EXPECT_EQ(scan.path, folder / "a.bin");
  EXPECT_EQ(scan.kept.data<std::int32_t>()[1], 1);
}

TEST(Scan, ReadsOnePoint) {
  const ScratchFolder folder("scan_one");
  write_floats(folder / "a.bin", {1, 2, 3, 4});
  EXPECT_EQ(read_scan(folder / "a.bin").points.dim(0), 1);
}

TEST(Scan, NuScenesBinaryHasFiveColumns) {
  const ScratchFolder folder("scan_nuscenes");
  write_floats(folder / "a.pcd.bin", {1, 2, 3, 4, 31, 5, 6, 7, 8, 0});
  expect_points(read_scan(folder / "a.pcd.bin"), {1, 2, 3, 4, 5, 6, 7, 8});
}

TEST(Scan, PointsWithoutAFinitePositionAreDroppedAndCounted) {
  const ScratchFolder folder("scan_nan");
  write_floats(folder / "a.bin",
               {1, 2, 3, 4, kNan, 0, 0, 0, 5, 6, 7, 8, 0, kInf, 0, 0, 0, 0, 0, kNan, 9, 9, 9, 9});
  const Scan scan = read_scan(folder / "a.bin");
  // The fifth has a position: its remission alone is unknown.
  expect_points(scan, {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 9, 9, 9, 9});
  EXPECT_EQ(scan.file_points, 6);
  EXPECT_EQ(scan.dropped, 2);
  const auto kept = scan.kept.span<std::int32_t>();
  EXPECT_EQ(std::vector<std::int32_t>(kept.begin(), kept.end()),
            (std::vector<std::int32_t>{0, 2, 4, 5}));
}

TEST(Scan, AllPointsInvalidGivesAnEmptyScan) {
  const ScratchFolder folder("scan_all_nan");
  write_floats(folder / "a.bin", {kNan, 0, 0, 0});
  const Scan scan = read_scan(folder / "a.bin");
  EXPECT_EQ(scan.points.shape(), (Shape{0, 4}));
  EXPECT_EQ(scan.kept.dim(0), 0);
  EXPECT_EQ(scan.file_points, 1);
}

TEST(Scan, BrokenBinaryIsRefused) {
  const ScratchFolder folder("scan_broken");
  write_text(folder / "empty.bin", "");
  expect_error<DataError>([&] { read_scan(folder / "empty.bin"); }, {"empty.bin", "empty file"});
  write_text(folder / "cut.bin", std::string(35, 'x'));
  expect_error<DataError>([&] { read_scan(folder / "cut.bin"); },
                          {"cut.bin", "16-byte", "35 bytes", "cut short"});
  expect_error<DataError>([&] { read_scan(folder / "none.bin"); }, {"none.bin"});
  write_text(folder / "a.las", "x");
  expect_error<DataError>([&] { read_scan(folder / "a.las"); },
                          {"a.las", ".bin, .npy, .ply or .pcd"});
}

TEST(Scan, ReadsNumpy) {
  const ScratchFolder folder("scan_npy");
  write_npy(folder / "four.npy", Tensor::from(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}, {2, 4}));
  expect_points(read_scan(folder / "four.npy"), {1, 2, 3, 4, 5, 6, 7, 8});
  write_npy(folder / "six.npy", Tensor::from(std::vector<double>{1, 2, 3, 4, 5, 6}, {1, 6}));
  expect_points(read_scan(folder / "six.npy"), {1, 2, 3, 4});
  write_npy(folder / "three.npy", Tensor::from(std::vector<float>{1, 2, 3}, {1, 3}));
  expect_points(read_scan(folder / "three.npy"), {1, 2, 3, 0});
  write_npy(folder / "none.npy", Tensor::zeros({0, 4}));
  EXPECT_EQ(read_scan(folder / "none.npy").points.dim(0), 0);
  write_npy(folder / "flat.npy", Tensor::zeros({8}));
  expect_error<DataError>([&] { read_scan(folder / "flat.npy"); },
                          {"flat.npy", "[points, columns]", "[8]"});
}

TEST(Scan, ReadsPlyWithAnyNameOfRemission) {
  const ScratchFolder folder("scan_ply");
  for (const std::string name : {"intensity", "remission", "reflectance", "Intensity"}) {
    write_text(folder / "a.ply",
               "ply\nformat ascii 1.0\nelement vertex 1\nproperty float " + name +
                   "\nproperty float x\nproperty float y\nproperty float z\nend_header\n4 1 2 3\n");
    expect_points(read_scan(folder / "a.ply"), {1, 2, 3, 4});
  }
  write_text(folder / "b.ply",
             "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float "
             "y\nproperty float z\n"
             "end_header\n1 2 3\n");
  expect_points(read_scan(folder / "b.ply"), {1, 2, 3, 0});
  write_text(folder / "c.ply",
             "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float "
             "y\nend_header\n1 2\n");
  expect_error<DataError>([&] { read_scan(folder / "c.ply"); }, {"c.ply", "'z'"});
}

TEST(Scan, ReadsPcd) {
  const ScratchFolder folder("scan_pcd");
  write_text(folder / "a.pcd",
             "# .PCD v0.7\nVERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT "
             "1 1 1 1\nWIDTH 2\n"
             "HEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA ascii\n1 2 3 4\nnan 6 7 8\n");
  const Scan scan = read_scan(folder / "a.pcd");
  expect_points(scan, {1, 2, 3, 4});
  EXPECT_EQ(scan.dropped, 1);
}

TEST(Labels, RoundTripKeepsInstanceBits) {
  const ScratchFolder folder("labels");
  const std::vector<std::int32_t> values{0, 40, (7 << 16) | 10,
                                         static_cast<std::int32_t>(0xFFFF0000u) | 252};
  write_labels(folder / "a.label", Tensor::from(values, {4}));
  const Tensor read = read_labels(folder / "a.label", 4);
  EXPECT_TRUE(std::equal(values.begin(), values.end(), read.data<std::int32_t>()));
}

TEST(Labels, CountAndSizeAreChecked) {
  const ScratchFolder folder("labels_broken");
  write_labels(folder / "a.label", Tensor::zeros({3}, DType::i32));
  expect_error<DataError>([&] { read_labels(folder / "a.label", 4); },
                          {"a.label", "expected 4", "found 3"});
  write_text(folder / "cut.label", "abcde");
  expect_error<DataError>([&] { read_labels(folder / "cut.label", 1); }, {"cut.label", "5 bytes"});
  write_text(folder / "empty.label", "");
  EXPECT_EQ(read_labels(folder / "empty.label", 0).dim(0), 0);
  expect_error<DataError>([&] { read_labels(folder / "empty.label", 2); },
                          {"empty.label", "found 0"});
}

TEST(Scan, ReadsARealScan) {
  LSK3D_REQUIRE_SHARED(shared);
  const Scan scan = read_scan(shared + "/data/semantickitti/sequences/00/velodyne/000000.bin");
  EXPECT_EQ(scan.points.shape(), (Shape{124668, 4}));
  EXPECT_EQ(scan.dropped, 0);
}

}  // namespace
}  // namespace lsk3d
