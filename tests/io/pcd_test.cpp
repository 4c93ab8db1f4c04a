// SPDX-License-Identifier: MIT
#include "lsk3d/io/pcd.h"

#include <limits>

#include "io/point_files.h"

namespace lsk3d {
namespace {

using namespace testing_support;

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
}

TEST(Pcd, SaysHowTheFileStoresNumbers) {
  using enum NumberType;
  EXPECT_EQ(parse(read_pcd, pcd_binary()).types, (std::vector{f32, f64, u16, u16}));
}

// Headers as programs and people write them.

const std::string kFields = "FIELDS x y\nSIZE 4 4\nTYPE F F\n";
const std::string kTwoPoints = raw(1.0f) + raw(2.0f) + raw(3.0f) + raw(4.0f);
const Names kXy{"x", "y"};
const std::vector<float> kOneToFour{1, 2, 3, 4};

TEST(Pcd, TakesPointsAlone) {
  expect_values(parse(read_pcd, kFields + "POINTS 2\nDATA ascii\n1 2\n3 4\n"), kXy, kOneToFour);
  expect_values(parse(read_pcd, kFields + "POINTS 2\nDATA binary\n" + kTwoPoints), kXy, kOneToFour);
  expect_values(parse(read_pcd, kFields + "WIDTH 2\nDATA ascii\n1 2\n3 4\n"), kXy, kOneToFour);
  expect_values(parse(read_pcd, kFields + "HEIGHT 1\nPOINTS 2\nDATA ascii\n1 2\n3 4\n"), kXy,
                kOneToFour);
}

TEST(Pcd, CountsWhereTheHeaderDoesNot) {
  for (const char* data : {"1 2\n3 4\n", "1 2\n\n3 4", "\n1 2\n3 4\n \t\n\n"})
    expect_values(parse(read_pcd, kFields + "DATA ascii\n" + data), kXy, kOneToFour);
  expect_values(parse(read_pcd, kFields + "DATA binary\n" + kTwoPoints), kXy, kOneToFour);
  const std::string packed = "\x0f" + raw(1.0f) + raw(3.0f) + raw(2.0f) + raw(4.0f);
  expect_values(
      parse(read_pcd, kFields + "DATA binary_compressed\n" + raw(17u) + raw(16u) + packed), kXy,
      kOneToFour);
  expect_values(parse(read_pcd, kFields + "DATA ascii\n"), kXy, {});
  expect_refused(read_pcd, kFields + "DATA binary\n" + kTwoPoints + "z",
                 "17 bytes of data are no whole number of points of 8 bytes");
  expect_refused(read_pcd, kFields + "DATA binary_compressed\n" + raw(17u) + raw(15u) + packed,
                 "15 bytes of data are no whole number");
}

TEST(Pcd, TakesOldHeaders) {
  expect_values(parse(read_pcd, "COLUMNS x y\nPOINTS 2\nDATA ascii\n1 2\n3 4\n"), kXy, kOneToFour);
  expect_values(parse(read_pcd,
                      "# .PCD v.5 - Point Cloud Data file format\nVERSION .5\nCOLUMNS x y\n"
                      "POINTS 2\nDATA binary\n" +
                          kTwoPoints),
                kXy, kOneToFour);
}

TEST(Pcd, TakesAnyCaseBlankLinesAndComments) {
  expect_values(parse(read_pcd,
                      "\xef\xbb\xbf# made by hand\n\nversion 0.7\nfields\tx y # metres\n"
                      "size 4 4 \ntype f f\nsomething 1 2 3\npoints 2\ndata BINARY \n" +
                          kTwoPoints),
                kXy, kOneToFour);
}

TEST(Pcd, TakesWindowsLineEnds) {
  expect_values(parse(read_pcd, with_crlf(kFields + "POINTS 2\nDATA ascii\n1 2 \n3 4\n")), kXy,
                kOneToFour);
  expect_values(parse(read_pcd, with_crlf(kFields + "POINTS 2\nDATA binary\n") + kTwoPoints), kXy,
                kOneToFour);
}

TEST(Pcd, LeavesOutFieldsWithoutNumbers) {
  expect_values(parse(read_pcd,
                      "FIELDS x _ y _\nSIZE 4 1 4 1\nTYPE F U F U\nCOUNT 1 0 1 0\n"
                      "POINTS 2\nDATA binary\n" +
                          kTwoPoints),
                kXy, kOneToFour);
}

TEST(Pcd, DataBehindThePointsAreNoFault) {
  expect_values(parse(read_pcd, kFields + "POINTS 2\nDATA binary\n" + kTwoPoints + "trailer"), kXy,
                kOneToFour);
  expect_values(parse(read_pcd, kFields + "POINTS 2\nDATA ascii\n1 2\n3 4\n5 6\n"), kXy,
                kOneToFour);
}

TEST(Pcd, TakesNumbersAsProgramsPrintThem) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  expect_values(
      parse(read_pcd, kFields + "POINTS 6\nDATA ascii\nnan -nan  \nNaN 1.#QNAN\t\n"
                                "-1.#IND 1.#INF\n-1.#INF inf\n+1.0 1e400\n-1e400 1e-400\n"),
      kXy,
      {kNan, kNan, kNan, kNan, kNan, kInfinity, -kInfinity, kInfinity, 1, kInfinity, -kInfinity,
       0});
}

TEST(Pcd, KeepsLabelsExact) {
  const std::string header = "FIELDS x label\nSIZE 4 4\nTYPE F U\nPOINTS 2\nDATA ";
  for (const std::string& text :
       {header + "ascii\n1 4294967295\n2 16777217\n",
        header + "binary\n" + raw(1.0f) + raw(4294967295u) + raw(2.0f) + raw(16777217u)}) {
    const PointTable table = parse(read_pcd, text);
    const Tensor labels = table.labels(table.column("label"));
    ASSERT_TRUE(labels.defined());
    EXPECT_EQ(labels.data<std::int32_t>()[0], -1);
    EXPECT_EQ(labels.data<std::int32_t>()[1], 16777217);
  }
}

TEST(Pcd, WhereTheCountsDisagreeTheDataDecide) {
  const std::string counts = kFields + "WIDTH 3\nHEIGHT 1\nPOINTS 2\n";
  for (const std::string& text :
       {counts + "DATA ascii\n1 2\n3 4\n", counts + "DATA binary\n" + kTwoPoints}) {
    testing::internal::CaptureStderr();
    expect_values(parse(read_pcd, text), kXy, kOneToFour);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("POINTS 2 is not WIDTH times HEIGHT, 3"), std::string::npos) << said;
  }
  expect_refused(read_pcd, counts + "DATA ascii\n1 2\n", "POINTS 2 is not WIDTH times HEIGHT, 3");
  expect_refused(read_pcd, counts + "DATA binary\n" + kTwoPoints + "z", "POINTS 2");
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
                 "points of 1 numbers cannot lie");
  expect_refused(read_pcd, kFields + "POINTS 2\nDATA ascii\n1 2 3\n4 5 6\n", "point 0");
  expect_refused(read_pcd, kFields + "POINTS 2\nDATA ascii\n1\n2 3\n4 5\n", "point 0");
  expect_refused(read_pcd, kFields + "POINTS 2\nDATA ascii\n1.5 2.5\n3.5\n", "point 1");
  expect_refused(read_pcd, kFields + "POINTS 1\nDATA ascii\n1,5 2\n", "'1,5'");
  expect_refused(read_pcd, "FIELDS x\nSIZE 4\nTYPE F\nDATA\n", "DATA");
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
  for (const char* encoding : {"ascii\n1 2\n3 nan\n", "binary\n12345678abcdefgh"})
    attack(to_bytes(with_crlf("columns x y\ndata ") + encoding), [](auto& p) { read_pcd(p); });
}

}  // namespace
}  // namespace lsk3d
