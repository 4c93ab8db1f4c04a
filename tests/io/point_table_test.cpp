// SPDX-License-Identifier: MIT
#include "lsk3d/io/point_table.h"

#include <gtest/gtest.h>

#include <limits>

#include "point_rows.h"

namespace lsk3d {
namespace {

using enum NumberType;

TEST(PointTable, FindsColumnsCaseAside) {
  PointTable table;
  table.names = {"x", "Intensity", "INTENSITY"};
  EXPECT_EQ(table.column("X"), 0);
  EXPECT_EQ(table.column("intensity"), 1);
  EXPECT_EQ(table.column("y"), -1);
}

TEST(PointTable, KeepsExactlyWhatF32Rounds) {
  TableFiller filler({"x", "label", "time"}, {f32, u32, f64}, 2);
  for (const double number : {1.5, 4294967295.0, 1.7e9 + 0.125, 2.5, 16777217.0, -1.0})
    filler.add(number);
  const PointTable table = filler.take();
  EXPECT_EQ(table.values.shape(), (Shape{2, 3}));
  EXPECT_EQ(table.types, (std::vector<NumberType>{f32, u32, f64}));
  EXPECT_EQ(table.values.data<float>()[4], 16777216.0f);
  EXPECT_EQ(table.at(1, 0), 2.5);
  EXPECT_EQ(table.at(0, 1), 4294967295.0);
  EXPECT_EQ(table.at(1, 1), 16777217.0);
  EXPECT_EQ(table.at(0, 2), 1.7e9 + 0.125);
}

TEST(PointTable, GivesLabelsBitForBit) {
  TableFiller filler({"label", "class", "time", "void"}, {u32, f32, f64, f32}, 2);
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const double number : {4294967295.0, 40.0, 0.5, 1.0, 65537.0 * 256, -1.0, 2.0, double{kNan}})
    filler.add(number);
  const PointTable table = filler.take();
  const Tensor labels = table.labels(0), classes = table.labels(1);
  ASSERT_TRUE(labels.defined() && classes.defined());
  EXPECT_EQ(labels.shape(), (Shape{2}));
  EXPECT_EQ(labels.data<std::int32_t>()[0], -1);
  EXPECT_EQ(labels.data<std::int32_t>()[1], 65537 * 256);
  EXPECT_EQ(classes.data<std::int32_t>()[0], 40);
  EXPECT_EQ(classes.data<std::int32_t>()[1], -1);
  EXPECT_FALSE(table.labels(2).defined());  // 0.5 is no label
  EXPECT_FALSE(table.labels(3).defined());  // nor is NaN
}

TEST(PointTable, LabelsBeyond32BitsAreNone) {
  for (const double number : {4294967296.0, -2147483649.0, 1e300}) {
    TableFiller filler({"label"}, {f64}, 1);
    filler.add(number);
    EXPECT_FALSE(filler.take().labels(0).defined()) << number;
  }
}

}  // namespace
}  // namespace lsk3d
