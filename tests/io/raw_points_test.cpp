// SPDX-License-Identifier: MIT
#include "lsk3d/io/raw_points.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "io/point_files.h"

namespace lsk3d {
namespace {

using namespace testing_support;
using enum NumberType;

PointTable read(const std::string& text, const std::vector<RawColumn>& columns) {
  const TemporaryFolder folder;
  overwrite(folder / "a.bin", to_bytes(text));
  return read_raw_points(folder / "a.bin", columns);
}

TEST(RawPoints, AreReadByTheGivenColumns) {
  const std::vector<RawColumn> columns{
      {"x"}, {"y", f64}, {"remission", u8}, {"label", u32}, {"n", i16}};
  EXPECT_EQ(row_bytes(columns), 4u + 8 + 1 + 4 + 2);
  const auto row = [](float x, double y, std::uint8_t remission, std::uint32_t label,
                      std::int16_t n) {
    return raw(x) + raw(y) + raw(remission) + raw(label) + raw(n);
  };
  const PointTable table =
      read(row(1.5f, 2.5, 255, 4294967295u, -1) + row(3, 4, 0, 16777217, 2), columns);
  expect_values(table, {"x", "y", "remission", "label", "n"},
                {1.5f, 2.5f, 255, 4294967296.0f, -1, 3, 4, 0, 16777216, 2});
  EXPECT_EQ(table.types, (std::vector{f32, f64, u8, u32, i16}));
  EXPECT_EQ(table.labels(3).data<std::int32_t>()[1], 16777217);
}

TEST(RawPoints, RefuseBrokenRows) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text, const std::string& expected) {
    overwrite(folder / "a.bin", to_bytes(text));
    expect_data_error(
        [](auto& p) {
          read_raw_points(p, {{"x"}, {"y"}, {"t", f64}});
        },
        folder / "a.bin", expected);
  };
  refused("", "empty");
  refused(std::string(33, 'a'), "16-byte rows (x f32, y f32, t f64), found 33 bytes");
  EXPECT_THROW(read("aaaa", {}), UsageError);
}

/// A scan of a street: ground and walls around the sensor, and as many other numbers as are wanted.
template <typename T>
std::string street(std::size_t rows, std::size_t columns, bool shuffled = false) {
  Rng rng(5, columns);
  std::string bytes;
  for (std::size_t i = 0; i < rows; ++i) {
    const double angle = shuffled ? 6.28 * rng.uniform() : 0.01 * static_cast<double>(i);
    const double range = 3 + 40 * rng.uniform();
    const double numbers[] = {range * std::cos(angle),         range * std::sin(angle),
                              -1.7 + 2 * rng.uniform(),        rng.uniform(),
                              static_cast<double>(i % 64),     0.1 * rng.uniform(),
                              std::floor(255 * rng.uniform()), static_cast<double>(i % 7)};
    for (std::size_t c = 0; c < columns; ++c) bytes += raw(static_cast<T>(numbers[c]));
  }
  return bytes;
}

TEST(RawLayouts, TellTheNumberOfColumns) {
  // Rows whose bytes fit many numbers of columns.
  constexpr std::size_t kRows = 2520;
  for (std::size_t columns = 3; columns <= 8; ++columns)
    for (const bool shuffled : {false, true}) {
      const auto floats = fitting_layouts(to_bytes(street<float>(kRows, columns, shuffled)));
      ASSERT_FALSE(floats.empty());
      EXPECT_EQ(to_string(floats[0]), std::to_string(columns) + " columns of f32") << shuffled;
      const auto doubles = fitting_layouts(to_bytes(street<double>(kRows, columns, shuffled)));
      ASSERT_FALSE(doubles.empty());
      EXPECT_EQ(to_string(doubles[0]), std::to_string(columns) + " columns of f64") << shuffled;
      for (std::size_t i = 1; i < floats.size(); ++i)
        EXPECT_GT(floats[i].spread, floats[0].spread + 0.5)
            << columns << ' ' << to_string(floats[i]);
    }
}

TEST(RawLayouts, AllowForInvalidPoints) {
  std::string text = street<float>(2520, 5);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t i = 0; i < 300; ++i)  // no return: NaN, or all zero
    for (std::size_t c = 0; c < 5; ++c) {
      std::memcpy(text.data() + (i * 7 * 5 + c) * 4, &nan, 4);
      std::memset(text.data() + ((i * 7 + 1) * 5 + c) * 4, 0, 4);
    }
  const auto layouts = fitting_layouts(to_bytes(text));
  ASSERT_FALSE(layouts.empty());
  EXPECT_EQ(to_string(layouts[0]), "5 columns of f32");
}

TEST(RawLayouts, AreNoneForOtherBytes) {
  EXPECT_TRUE(fitting_layouts({}).empty());
  EXPECT_TRUE(fitting_layouts(Bytes(16)).empty());
  EXPECT_TRUE(fitting_layouts(Bytes(100'000)).empty());  // zeros
  EXPECT_TRUE(fitting_layouts(to_bytes(street<float>(10, 4))).empty());
  EXPECT_TRUE(fitting_layouts(to_bytes(street<float>(100, 4) + "z")).empty());
  Rng rng(1, 1);
  Bytes noise(120'000);
  for (std::byte& b : noise) b = static_cast<std::byte>(rng.below(256));
  EXPECT_TRUE(fitting_layouts(noise).empty());
}

TEST(RawPoints, SayWhatTheBytesLookLike) {
  const TemporaryFolder folder;
  overwrite(folder / "a.bin", to_bytes(street<float>(1001, 5)));
  expect_data_error(
      [](auto& p) {
        read_raw_points(p, {{"x"}, {"y"}, {"z"}, {"i"}});
      },
      folder / "a.bin", "look like 5 columns of f32");
}

}  // namespace
}  // namespace lsk3d
