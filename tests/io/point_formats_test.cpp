// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>

#include "io/hostile.h"
#include "lsk3d/io/pcd.h"
#include "lsk3d/io/ply.h"
#include "lzf.h"

namespace lsk3d {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

template <typename T>
std::string raw(T value, bool big_endian = false) {
  std::string bytes(reinterpret_cast<const char*>(&value), sizeof value);
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

PointTable parse(PointTable (*read)(const std::string&), const std::string& text) {
  const TemporaryFolder folder;
  overwrite(folder / "points", to_bytes(text));
  return read(folder / "points");
}

void expect_refused(PointTable (*read)(const std::string&), const std::string& text,
                    const std::string& expected) {
  const TemporaryFolder folder;
  overwrite(folder / "points", to_bytes(text));
  expect_data_error(read, folder / "points", expected);
}

void expect_values(const PointTable& table, const Names& names, const std::vector<float>& values) {
  EXPECT_EQ(table.names, names);
  ASSERT_EQ(table.values.numel(), static_cast<std::int64_t>(values.size()));
  EXPECT_EQ(table.values.dim(1), static_cast<std::int64_t>(names.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(table.values.data<float>()[i], values[i]) << i;
}

std::string ply_header(const std::string& format, const std::string& count) {
  return "ply\nformat " + format +
         " 1.0\ncomment made by hand\nelement camera 1\n"
         "property uchar id\nelement vertex " +
         count +
         "\nproperty double x\nproperty float y\n"
         "property short label\nelement face 1\nproperty list uchar int vertex_indices\n"
         "end_header\n";
}
std::string ply_binary(bool big) {
  std::string text = ply_header(big ? "binary_big_endian" : "binary_little_endian", "2") + "\x05";
  text += raw(1.5, big) + raw(-2.0f, big) + raw(std::int16_t{-3}, big);
  return text + raw(1e300, big) + raw(0.25f, big) + raw(std::int16_t{258}, big) + "\x01zzzz";
}
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Ply, ReadsThreeEncodings) {
  const Names names{"x", "y", "label"};
  expect_values(
      parse(read_ply, ply_header("ascii", "2") + "5\n1.5 -2 -3\n+7e0\t0.25 258\r\n3 0 0 0\n"),
      names, {1.5f, -2, -3, 7, 0.25f, 258});
  for (const bool big : {false, true})
    expect_values(parse(read_ply, ply_binary(big)), names, {1.5f, -2, -3, kInfinity, 0.25f, 258});
}

TEST(Ply, WritesColouredPoints) {
  const TemporaryFolder folder;
  const Tensor xyz = Tensor::from<float>({1, 2, 3, 9, 4, 5, 6, 9}, {2, 4});
  const Tensor rgb = Tensor::from<std::uint8_t>({255, 0, 7, 1, 2, 3}, {2, 3});
  write_ply(folder / "a.ply", xyz, rgb);
  const PointTable table = read_ply(folder / "a.ply");
  expect_values(table, {"x", "y", "z", "red", "green", "blue"},
                {1, 2, 3, 255, 0, 7, 4, 5, 6, 1, 2, 3});
  EXPECT_EQ(table.column("green"), 4);
  EXPECT_EQ(table.column("alpha"), -1);
  EXPECT_THROW(write_ply(folder / "b.ply", xyz, xyz), UsageError);
  EXPECT_THROW(write_ply(folder / "b.ply", rgb, rgb), UsageError);
}

TEST(Ply, RefusesBrokenFiles) {
  expect_refused(read_ply, "plx\n", "no PLY");
  expect_refused(read_ply, "ply\nformat ascii 1.0\nend_header\n", "vertex");
  expect_refused(read_ply, "ply\nelement vertex 0\nproperty int x\nend_header\n", "format");
  expect_refused(read_ply, "ply\nformat ascii 1.0\nelement vertex 0\nproperty quad x\n", "quad");
  expect_refused(read_ply, "ply\nformat ascii 1.0\nelement vertex -1\n", "count");
  expect_refused(read_ply, "ply\nformat ascii 1.0\nwhatever\n", "whatever");
  expect_refused(read_ply, "ply\nformat ascii 1.0\nelement vertex 5\nend_header\n1 2\n",
                 "5 points");
  expect_refused(
      read_ply,
      "ply\nformat ascii 1.0\nelement vertex 1\nproperty list uchar int x\nend_header\n1 1\n",
      "list");
  expect_refused(read_ply, ply_header("ascii", "2") + "5\n1.5 -2 x3\n1 2 3\n", "'x3'");
  for (const char* format : {"ascii", "binary_little_endian"})
    for (const char* count : {"1000000", "18446744073709551615"})
      expect_refused(read_ply, ply_header(format, count) + "5 \n1 1 1\n", count);
}

TEST(Ply, SurvivesDamage) {
  for (const std::string& text :
       {ply_header("ascii", "2") + "5\n1.5 -2 -3\n7e0 0.25 258\n", ply_binary(true)})
    attack(to_bytes(text), [](auto& p) { read_ply(p); });
}

std::string pcd_header(const std::string& encoding, const std::string& width) {
  return "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x _ intensity ring\n"
         "SIZE 4 1 8 2\nTYPE F U F U\nCOUNT 1 3 1 2\nWIDTH " +
         width +
         "\nHEIGHT 1\n"
         "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS " +
         width + "\nDATA " + encoding + "\n";
}
std::string pcd_binary() {
  std::string text = pcd_header("binary", "2");
  for (int i = 0; i < 2; ++i)
    text += raw(1.5f + static_cast<float>(i)) + "___" + raw(-0.5) + raw(std::uint16_t{7}) +
            raw(static_cast<std::uint16_t>(60'000 + i));
  return text;
}
std::string pcd_compressed() {
  const std::string fields = raw(1.5f) + raw(2.5f) + "______" + raw(-0.5) + raw(-0.5) +
                             raw(std::uint16_t{7}) + raw(std::uint16_t{60'000}) +
                             raw(std::uint16_t{7}) + raw(std::uint16_t{60'001});
  // Literals up to one '_', five more by a copy of length 5 from 1 back, the rest in literals.
  std::string packed = std::string("\x08") + fields.substr(0, 9) + "\x60" + std::string(1, '\0') +
                       "\x17" + fields.substr(14);
  return pcd_header("binary_compressed", "2") + raw(static_cast<std::uint32_t>(packed.size())) +
         raw(static_cast<std::uint32_t>(fields.size())) + packed;
}

TEST(Pcd, ReadsThreeEncodings) {
  const Names names{"x", "intensity", "ring_0", "ring_1"};
  const std::vector<float> values{1.5f, -0.5f, 7, 60'000, 2.5f, -0.5f, 7, 60'001};
  expect_values(parse(read_pcd, pcd_header("ascii", "2") +
                                    "1.5 0 0 0 -0.5 7 60000\n2.5 0 0 0 -5e-1 7 60001\n"),
                names, values);
  expect_values(parse(read_pcd, pcd_binary()), names, values);
  expect_values(parse(read_pcd, pcd_compressed()), names, values);
  const PointTable nan =
      parse(read_pcd, "FIELDS x\nSIZE 4\nTYPE F\nWIDTH 1\nHEIGHT 1\nDATA ascii\nnan\n");
  EXPECT_TRUE(std::isnan(nan.values.data<float>()[0]));
}

TEST(Pcd, RefusesBrokenFiles) {
  expect_refused(read_pcd, "VERSION 0.7\nDATA ascii\n", "FIELDS");
  expect_refused(read_pcd, "FIELDS x\nSIZE 4\nTYPE F\nWIDTH 1\nHEIGHT 1\n", "end of line");
  expect_refused(read_pcd, "FIELDS x y\nSIZE 4\nTYPE F F\nDATA ascii\n", "SIZE");
  expect_refused(read_pcd, "FIELDS x\nSIZE 3\nTYPE F\nDATA ascii\n", "3 bytes");
  expect_refused(read_pcd, "FIELDS x\nSIZE 4\nTYPE F\nCOUNT 0\nDATA ascii\n", "without");
  expect_refused(read_pcd, "FIELDS x\nSIZE 4\nTYPE F\nCOUNT 99999999\nDATA ascii\n", "65536");
  expect_refused(read_pcd, "FIELDS x\nSIZE 4\nTYPE F\nWIDTH 2\nHEIGHT 2\nPOINTS 3\nDATA ascii\n",
                 "POINTS 3");
  expect_refused(read_pcd,
                 "FIELDS x\nSIZE 4\nTYPE F\nWIDTH 8589934592\nHEIGHT 8589934592\nDATA ascii\n",
                 "POINTS");
  expect_refused(read_pcd, pcd_header("zipped", "2"), "zipped");
  for (const char* encoding : {"ascii", "binary"})
    expect_refused(read_pcd, pcd_header(encoding, "1000000000000") + "1 2 3",
                   "1000000000000 points");
  expect_refused(
      read_pcd,
      pcd_header("binary_compressed", "200000000") + raw(8u) + raw(3'800'000'000u) + "12345678",
      "declared 3800000000");
  expect_refused(read_pcd, pcd_header("binary_compressed", "2") + raw(8u) + raw(9u) + "12345678",
                 "unpack to 9");
}

TEST(Pcd, SurvivesDamage) {
  for (const std::string& text : {pcd_binary(), pcd_compressed()})
    EXPECT_EQ(attack(to_bytes(text), [](auto& p) { read_pcd(p); }), 0);
  attack(to_bytes(pcd_header("ascii", "1") + "1.5 0 0 0 -0.5 7 60000\n"),
         [](auto& p) { read_pcd(p); });
}

TEST(Lzf, CopiesMayOverlapAndBoundsHold) {
  const auto unpack = [](const std::string& packed, std::uint64_t size) {
    return lzf_unpack(to_bytes(packed), size, "test");
  };
  // "a" once, then 264 more from 1 back (the longest copy), then 3 from 265 back.
  const std::string packed = std::string("\0a", 2) + std::string("\xe0\xff\0", 3) + "\x21\x08";
  EXPECT_EQ(unpack(packed, 268), Bytes(268, std::byte{'a'}));
  EXPECT_EQ(unpack("", 0), Bytes());
  EXPECT_THROW(unpack(packed, 267), DataError);
  EXPECT_THROW(unpack(packed, 269), DataError);
  EXPECT_THROW(unpack(std::string("\0a\x20\x01", 4), 4), DataError);  // before the start
  EXPECT_THROW(unpack("\x05"
                      "ab",
                      6),
               DataError);                                          // literals cut short
  EXPECT_THROW(unpack(std::string("\0a\xe0", 3), 268), DataError);  // copy cut short
  EXPECT_THROW(unpack("\x01", ~0ull), DataError);
}

}  // namespace
}  // namespace lsk3d
