// SPDX-License-Identifier: MIT
// The same points, however they lie in their file.
#include "lsk3d/data/cloud_format.h"

#include <gtest/gtest.h>

#include <cstring>

#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/io/npy.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;
using testing_support::ScratchFolder;
using testing_support::tiny_scan;
using testing_support::write_bytes;
using testing_support::write_text;

constexpr std::int64_t kPoints = 200;

class CloudFormats : public ::testing::Test {
 protected:
  CloudFormats() : folder_("cloud_format") {
    const auto points = tiny_scan(3, kPoints).points;
    points_ = Tensor::from(points, {kPoints, 4});
    write_bytes(folder_ / "plain.bin", points.data(), points.size() * sizeof(float));
  }

  /// Rows of all four numbers as `T`, each times a factor, and `more` numbers behind them.
  template <typename T>
  std::vector<T> rows(int more, double remission_factor = 1) const {
    std::vector<T> values;
    for (std::int64_t i = 0; i < kPoints; ++i) {
      for (int k = 0; k < 4; ++k)
        values.push_back(static_cast<T>(points_.data<float>()[4 * i + k] *
                                        (k == 3 ? remission_factor : 1)));
      for (int k = 0; k < more; ++k) values.push_back(static_cast<T>(i % 64));
    }
    return values;
  }

  template <typename T>
  std::string write(const std::string& name, const std::vector<T>& values) const {
    write_bytes(folder_ / name, values.data(), values.size() * sizeof(T));
    return folder_ / name;
  }

  void expect_same(const std::string& path, const CloudFormat& format = {},
                   float tolerance = 0) const {
    const Scan scan = read_scan(path, format);
    ASSERT_EQ(scan.points.shape(), points_.shape()) << path;
    for (std::int64_t i = 0; i < points_.numel(); ++i)
      ASSERT_NEAR(scan.points.data<float>()[i], points_.data<float>()[i], tolerance)
          << path << ", number " << i;
  }

  std::string pcd(const std::string& name, const std::string& field, char type, int bytes) const {
    std::string text = "VERSION 0.7\nFIELDS x y z " + field + "\nSIZE 4 4 4 " +
                       std::to_string(bytes) + "\nTYPE F F F " + type +
                       "\nCOUNT 1 1 1 1\nWIDTH 200\nHEIGHT 1\nPOINTS 200\nDATA binary\n";
    for (std::int64_t i = 0; i < kPoints; ++i) {
      const float* p = points_.data<float>() + 4 * i;
      text.append(reinterpret_cast<const char*>(p), 12);
      if (bytes == 1) text += static_cast<char>(static_cast<unsigned char>(p[3] * 255 + 0.5f));
      else text.append(reinterpret_cast<const char*>(p + 3), 4);
    }
    write_text(folder_ / name, text);
    return folder_ / name;
  }

  static CloudFormat columns(const std::string& text) {
    CloudFormat format;
    format.columns = text;
    return format;
  }

  ScratchFolder folder_;
  Tensor points_;
};

TEST_F(CloudFormats, RawRowsOfOtherColumnsAndTypes) {
  expect_same(folder_ / "plain.bin");
  expect_same(write("five.bin", rows<float>(1)), columns("5"));
  expect_same(write("six.bin", rows<float>(2)), columns("x,y,z,remission,ring,time"));
  expect_same(write("double.bin", rows<double>(0)), columns("4:f64"));
  expect_same(write("double5.bin", rows<double>(1)), columns("x:f64, y:f64, z:f64, intensity:f64, _:f64"));
  CloudFormat other = columns("x,y,z,gain");
  other.remission_field = "gain";
  expect_same(folder_ / "plain.bin", other);
}

TEST_F(CloudFormats, ArraysInRowsOrWithNames) {
  write_npy(folder_ / "a.npy", points_);
  expect_same(folder_ / "a.npy");
  write_npy(folder_ / "six.npy", Tensor::from(rows<double>(2), {kPoints, 6}));
  expect_same(folder_ / "six.npy");
  expect_same(folder_ / "six.npy", columns("x,y,z,intensity,ring,time"));
  expect_error<DataError>([&] { read_scan(folder_ / "six.npy", columns("5")); },
                          {"six.npy", "5 columns", "found 6"});
  Tensor transposed = Tensor::zeros({4, kPoints});
  write_npy(folder_ / "t.npy", transposed);
  expect_error<DataError>([&] { read_scan(folder_ / "t.npy"); }, {"t.npy", "[4, 200]", "points.T"});
}

TEST_F(CloudFormats, RemissionByTheNamesInUse) {
  for (const char* name : {"remission", "intensity", "reflectance", "reflectivity", "i",
                           "scalar_Reflectance", "scalar_Intensity", "Intensity", "signal"})
    expect_same(pcd("a.pcd", name, 'F', 4));
  const Scan without = read_scan(pcd("b.pcd", "gain", 'F', 4));
  EXPECT_FALSE(without.has_remission);
  CloudFormat named;
  named.remission_field = "gain";
  expect_same(folder_ / "b.pcd", named);
  named.remission_field = "strength";
  expect_error<DataError>([&] { read_scan(folder_ / "b.pcd", named); },
                          {"b.pcd", "'strength'", "x, y, z, gain"});
}

TEST_F(CloudFormats, RemissionOfOtherRanges) {
  CloudFormat scaled;
  scaled.remission_scale = "255";
  const std::string path = write("wide.bin", rows<float>(0, 255));
  expect_same(path, scaled, 1e-6f);
  scaled.remission_scale = "auto";
  expect_same(path, scaled, 1e-6f);
  expect_same(folder_ / "plain.bin", scaled);
  expect_same(write("wider.bin", rows<float>(0, 65535)), scaled, 1e-6f);
  expect_same(pcd("bytes.pcd", "reflectivity", 'U', 1), scaled, 0.002f);
}

TEST_F(CloudFormats, UnknownLayoutsOfAFileAreNamedWithWhatFits) {
  auto values = rows<float>(1);
  values.resize(values.size() - 5);  // 199 rows of five: no whole number of rows of four
  write("five.bin", values);
  expect_error<DataError>([&] { read_scan(folder_ / "five.bin"); }, {"five.bin", "5 columns of f32"});
}

TEST_F(CloudFormats, LabelsThatLieInTheCloud) {
  std::string text =
      "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\n"
      "property float intensity\nproperty uint label\nend_header\n1 2 3 0.5 40\n4 5 6 0.5 262154\n";
  write_text(folder_ / "a.ply", text);
  const Scan scan = read_scan(folder_ / "a.ply");
  ASSERT_TRUE(scan.field_labels.defined());
  EXPECT_EQ(scan.field_labels.data<std::int32_t>()[0], 40);
  EXPECT_EQ(scan.field_labels.data<std::int32_t>()[1], (4 << 16) | 10);
  EXPECT_FALSE(read_scan(folder_ / "plain.bin").field_labels.defined());
}

TEST_F(CloudFormats, AMountingHeightRaisesThePoints) {
  CloudFormat raised;
  raised.raise = 0.5;
  const Scan scan = read_scan(folder_ / "plain.bin", raised);
  EXPECT_FLOAT_EQ(scan.points.data<float>()[2], points_.data<float>()[2] + 0.5f);
  EXPECT_EQ(scan.points.data<float>()[1], points_.data<float>()[1]);
}

TEST(CloudColumns, WrongDescriptionsAreNamed) {
  EXPECT_TRUE(parse_columns("auto", "x").empty());
  EXPECT_EQ(parse_columns("[x, y, z]", "x").size(), 3u);
  for (const char* wrong : {"", "2", "x,y", "x,y,i", "x,y,z,x", "x,y,z,i:f128", "x,,z,y", "9999"})
    expect_error<UsageError>([&] { parse_columns(wrong, "--columns"); }, {"--columns"});
  EXPECT_FALSE(parse_remission_scale("auto", "x"));
  EXPECT_EQ(parse_remission_scale("255", "x"), 255);
  for (const char* wrong : {"0", "-1", "nan", "inf", "255x", "bright"})
    expect_error<UsageError>([&] { parse_remission_scale(wrong, "--remission-scale"); },
                             {"--remission-scale", wrong});
}

}  // namespace
}  // namespace lsk3d
