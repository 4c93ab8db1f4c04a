// SPDX-License-Identifier: MIT
#include "lsk3d/io/number_type.h"

#include <gtest/gtest.h>

namespace lsk3d {
namespace {

using enum NumberType;

TEST(NumberTypes, AreNamedAsPeopleWriteThem) {
  const std::pair<NumberType, std::vector<const char*>> names[] = {
      {i8, {"i8", "int8", "char", "i1", "|i1", "INT8"}},
      {u8, {"u8", "uint8", "uchar", "u1", "|u1", "<u1", "bool", "|b1"}},
      {i16, {"i16", "int16", "short", "i2", "<i2"}},
      {u16, {"u16", "uint16", "ushort", "u2", "<u2"}},
      {i32, {"i32", "int32", "int", "i4", "<i4"}},
      {u32, {"u32", "uint32", "uint", "u4", "=u4"}},
      {i64, {"i64", "int64", "<i8"}},
      {u64, {"u64", "uint64", "<u8"}},
      {f16, {"f16", "float16", "half", "f2", "<f2"}},
      {f32, {"f32", "float32", "float", "f4", "<f4", "Float"}},
      {f64, {"f64", "float64", "double", "f8", "<f8"}}};
  for (const auto& [type, spellings] : names) {
    EXPECT_EQ(to_string(type), spellings[0]);
    for (const char* name : spellings) EXPECT_EQ(parse_number_type(name), type) << name;
  }
  for (const char* name : {"", "f", "f3", "x4", ">f4", "<f", "f32 ", "u128", "<f16", "i", "<b4"})
    EXPECT_FALSE(parse_number_type(name)) << name;
}

TEST(NumberTypes, KnowTheirSizeAndWhatF32Holds) {
  for (const NumberType type : {i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64}) {
    const char kind = to_string(type)[0];
    EXPECT_EQ(number_type(kind, size_of(type)), type);
    EXPECT_EQ(is_integer(type), kind != 'f');
    EXPECT_EQ(std::to_string(8 * size_of(type)), to_string(type).substr(1));
  }
  EXPECT_FALSE(number_type('f', 1));
  EXPECT_FALSE(number_type('u', 3));
  EXPECT_FALSE(number_type('c', 4));
  EXPECT_TRUE(fits_f32(u16) && fits_f32(f16) && fits_f32(f32));
  EXPECT_FALSE(fits_f32(i32) || fits_f32(u32) || fits_f32(u64) || fits_f32(f64));
}

}  // namespace
}  // namespace lsk3d
