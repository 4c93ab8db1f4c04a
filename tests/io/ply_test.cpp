// SPDX-License-Identifier: MIT
#include "lsk3d/io/ply.h"

#include <limits>

#include "io/point_files.h"

namespace lsk3d {
namespace {

using namespace testing_support;

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

TEST(Ply, SaysHowTheFileStoresNumbers) {
  using enum NumberType;
  EXPECT_EQ(parse(read_ply, ply_binary(true)).types, (std::vector{f64, f32, i16}));
}

TEST(Ply, TakesWindowsLineEnds) {
  const Names names{"x", "y", "label"};
  const std::vector<float> values{1.5f, -2, -3};
  const std::string ascii = ply_header("ascii", "1") + "5\n1.5 -2 -3\n";
  expect_values(parse(read_ply, with_crlf(ascii)), names, values);
  expect_values(parse(read_ply, with_crlf(ply_header("binary_little_endian", "1")) + "\x05" +
                                    raw(1.5) + raw(-2.0f) + raw(std::int16_t{-3})),
                names, values);
}

TEST(Ply, TakesBlanksAndLongTypeNames) {
  expect_values(parse(read_ply,
                      "ply  \nformat   ascii\t1.0 \n\ncomment\nobj_info by hand\n"
                      "element  vertex   2 \nproperty  float64 x\nproperty double y\n"
                      "property uint64 t\nend_header  \n 1   2\t3  \n4 5 6"),
                {"x", "y", "t"}, {1, 2, 3, 4, 5, 6});
}

/// Vertices with a list before, between and after the numbers, behind faces.
std::string listed_header(const std::string& format) {
  return "ply\nformat " + format +
         " 1.0\nelement face 2\nproperty list uchar int vertex_indices\nelement vertex 2\n"
         "property list uchar ushort views\nproperty float x\nproperty list uint float64 weights\n"
         "property uint label\nproperty list char uchar flags\nelement edge 9\nend_header\n";
}
std::string listed_binary(bool big) {
  std::string text = listed_header(big ? "binary_big_endian" : "binary_little_endian");
  text += "\x01" + raw(7, big) + std::string(1, '\0');
  text += "\x02" + raw(std::uint16_t{1}, big) + raw(std::uint16_t{2}, big) + raw(1.5f, big) +
          raw(1u, big) + raw(0.5, big) + raw(4294967295u, big) + "\x03" + "abc";
  return text + std::string(1, '\0') + raw(2.5f, big) + raw(0u, big) + raw(16777217u, big) +
         std::string(1, '\0');
}

TEST(Ply, PassesOverLists) {
  const std::string ascii = listed_header("ascii") +
                            "1 7\n0\n2 1 2 1.5 1 0.5 4294967295 3 97 98 99\n0 2.5 0 16777217 0\n";
  for (const std::string& text :
       {ascii, with_crlf(ascii), listed_binary(false), listed_binary(true)}) {
    const PointTable table = parse(read_ply, text);
    expect_values(table, {"x", "label"}, {1.5f, 4294967296.0f, 2.5f, 16777216});
    const Tensor labels = table.labels(1);
    ASSERT_TRUE(labels.defined());
    EXPECT_EQ(labels.data<std::int32_t>()[0], -1);
    EXPECT_EQ(labels.data<std::int32_t>()[1], 16777217);
  }
}

TEST(Ply, TakesNumbersAsProgramsPrintThem) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  expect_values(parse(read_ply, ply_header("ascii", "2") + "5\n-nan 1e99 3\n-1.#IND -1.#INF 4\n"),
                {"x", "y", "label"}, {kNan, kInfinity, 3, kNan, -kInfinity, 4});
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
  const std::string vertex = "ply\nformat binary_little_endian 1.0\nelement vertex 1\n";
  expect_refused(read_ply, vertex + "property list uchar int x\nend_header\n\x01zzzz",
                 "no numbers");
  expect_refused(read_ply, vertex + "property list float int x\n", "integer");
  const std::string list = vertex + "property list int int y\nproperty float x\nend_header\n";
  expect_refused(read_ply, list + raw(-1) + raw(1.0f), "found -1");
  expect_refused(read_ply, list + raw(2'000'000'000) + raw(1.0f), "2000000000 elements");
  expect_refused(read_ply, list + raw(1) + raw(1.0f), "an element");
  const std::string text =
      "ply\nformat ascii 1.0\nelement vertex 2\nproperty list int int y\n"
      "property float x\nend_header\n";
  expect_refused(read_ply, text + "9000000000000 1 2 3\n1 1 1\n", "the end");
  expect_refused(read_ply, text + "1 1 2 3\n1 1 1\n", "point 0: its line");
  expect_refused(read_ply, text + "1 1.5\n1 1 1\n", "point 0: its line");
  expect_refused(read_ply, ply_header("ascii", "2") + "5\n1.5 -2 x3\n1 2 3\n", "'x3'");
  for (const char* format : {"ascii", "binary_little_endian"})
    for (const char* count : {"1000000", "18446744073709551615"})
      expect_refused(read_ply, ply_header(format, count) + "5 \n1 1 1\n", count);
}

TEST(Ply, SurvivesDamage) {
  for (const std::string& text :
       {ply_header("ascii", "2") + "5\n1.5 -2 -3\n7e0 0.25 258\n", ply_binary(true),
        listed_binary(false), listed_binary(true),
        listed_header("ascii") + "1 7\n0\n1 1 1.5 0 3 1 97\n0 2.5 0 16777217 0\n"})
    attack(to_bytes(text), [](auto& p) { read_ply(p); });
}

}  // namespace
}  // namespace lsk3d
