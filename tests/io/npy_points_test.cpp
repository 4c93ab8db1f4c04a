// SPDX-License-Identifier: MIT
#include "lsk3d/io/npy_points.h"

#include "io/point_files.h"

namespace lsk3d {
namespace {

using namespace testing_support;
using enum NumberType;

std::string npy(const std::string& descr, const std::string& shape, const std::string& data,
                bool fortran_order = false) {
  const std::string dictionary = "{'descr': " + descr +
                                 ", 'fortran_order': " + (fortran_order ? "True" : "False") +
                                 ", 'shape': " + shape + ", }\n";
  return "\x93NUMPY\x01" + std::string(1, '\0') +
         raw(static_cast<std::uint16_t>(dictionary.size())) + dictionary + data;
}

void expect_array(const std::string& file, NumberType type, const std::vector<float>& values,
                  std::int64_t columns) {
  const PointTable table = parse(read_npy_points, file);
  EXPECT_TRUE(table.names.empty());
  EXPECT_EQ(table.types, std::vector<NumberType>(static_cast<std::size_t>(columns), type));
  ASSERT_EQ(table.values.shape(),
            (Shape{static_cast<std::int64_t>(values.size()) / columns, columns}));
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(table.values.data<float>()[i], values[i]) << i;
}

template <typename T>
std::string all(std::initializer_list<T> values, bool big_endian = false) {
  std::string bytes;
  for (const T value : values) bytes += raw(value, big_endian);
  return bytes;
}

TEST(NpyPoints, ReadsArraysOfAnyNumberType) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const std::string shape = "(2, 3)";
  for (const bool big : {false, true}) {
    const std::string order = big ? "'>" : "'<";
    expect_array(npy(order + "f4'", shape, all({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}, big)), f32, values,
                 3);
    expect_array(npy(order + "f8'", shape, all({1., 2., 3., 4., 5., 6.}, big)), f64, values, 3);
    expect_array(npy(order + "f2'", shape,
                     all<std::uint16_t>({0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600}, big)),
                 f16, values, 3);
    expect_array(npy(order + "i2'", shape, all<std::int16_t>({1, 2, 3, 4, 5, 6}, big)), i16, values,
                 3);
    expect_array(npy(order + "u2'", shape, all<std::uint16_t>({1, 2, 3, 4, 5, 6}, big)), u16,
                 values, 3);
    expect_array(npy(order + "i4'", shape, all<std::int32_t>({1, 2, 3, 4, 5, 6}, big)), i32, values,
                 3);
    expect_array(npy(order + "u4'", shape, all<std::uint32_t>({1, 2, 3, 4, 5, 6}, big)), u32,
                 values, 3);
    expect_array(npy(order + "i8'", shape, all<std::int64_t>({1, 2, 3, 4, 5, 6}, big)), i64, values,
                 3);
    expect_array(npy(order + "u8'", shape, all<std::uint64_t>({1, 2, 3, 4, 5, 6}, big)), u64,
                 values, 3);
  }
  expect_array(npy("'|i1'", shape, "\x01\x02\x03\x04\x05\xff"), i8, {1, 2, 3, 4, 5, -1}, 3);
  expect_array(npy("'|u1'", shape, "\x01\x02\x03\x04\x05\xff"), u8, {1, 2, 3, 4, 5, 255}, 3);
  expect_array(npy("'|b1'", "(2, 1)", std::string("\x01\x00", 2)), u8, {1, 0}, 1);
}

TEST(NpyPoints, ReadsFortranOrderAndPython2) {
  expect_array(npy("'<f4'", "(2L, 3L)", all({1.f, 4.f, 2.f, 5.f, 3.f, 6.f}), true), f32,
               {1, 2, 3, 4, 5, 6}, 3);
  expect_array(npy("'<f4'", "(0, 4)", ""), f32, {}, 4);
}

TEST(NpyPoints, ReadsFields) {
  const std::string descr =
      "[('x', '<f4'), ('', '|V4'), (('Title', 'label'), '>u4'), ('name', '<U1'), "
      "('normal', '<i2', (3,)), ('one', '|u1', (1,)), ('t', '<M8[ns]'), ('pair', '|i1', (1, 2)), "
      "('c', '<c8'), ('n', '|i1', 2)]";
  const auto row = [](float x, std::uint32_t label) {
    return raw(x) + "pad4" + raw(label, true) + "name" + raw(std::int16_t{1}) +
           raw(std::int16_t{2}) + raw(std::int16_t{-3}) + "\xff" + raw(std::int64_t{1} << 40) +
           "\x04\x05" + "complex!" + "\x06\x07";
  };
  const Names names{"x", "label",  "normal_0", "normal_1", "normal_2", "one",
                    "t", "pair_0", "pair_1",   "n_0",      "n_1"};
  for (const char* shape : {"(2,)", "(1, 2)", "(2L, 1L)"}) {
    const PointTable table =
        parse(read_npy_points, npy(descr, shape, row(1.5f, 4294967295u) + row(2.5f, 16777217u)));
    expect_values(table, names, {1.5f, 4294967296.0f, 1, 2, -3, 255, 0x1p40f, 4, 5, 6, 7,  //
                                 2.5f, 16777216.0f,   1, 2, -3, 255, 0x1p40f, 4, 5, 6, 7});
    EXPECT_EQ(table.types, (std::vector{f32, u32, i16, i16, i16, u8, i64, i8, i8, i8, i8}));
    const Tensor labels = table.labels(1);
    EXPECT_EQ(labels.data<std::int32_t>()[0], -1);
    EXPECT_EQ(labels.data<std::int32_t>()[1], 16777217);
  }
  const PointTable one = parse(read_npy_points, npy("[('x', '<f4')]", "()", raw(2.5f)));
  expect_values(one, {"x"}, {2.5f});
}

TEST(NpyPoints, FlattensFieldsInCOrder) {
  const PointTable table =
      parse(read_npy_points,
            npy("[('x', '|u1')]", "(2, 3)", std::string("\x01\x04\x02\x05\x03\x06"), true));
  expect_values(table, {"x"}, {1, 2, 3, 4, 5, 6});
}

TEST(NpyPoints, RefusesWhatIsNoCloud) {
  expect_refused(read_npy_points, npy("'<f4'", "(2,)", all({1.f, 2.f})), "shape [2]");
  expect_refused(read_npy_points, npy("'<f4'", "(1, 1, 2)", all({1.f, 2.f})), "shape [1, 1, 2]");
  expect_refused(read_npy_points, npy("'<f4'", "(2, 0)", ""), "shape [2, 0]");
  expect_refused(read_npy_points, npy("'<f4'", "(0, 1000000000000)", ""), "1000000000000]");
  expect_refused(read_npy_points, npy("'|O'", "(2, 3)", "pickle"), "allow_pickle=False");
  expect_refused(read_npy_points, npy("[('x', '<f4'), ('o', '|O')]", "(1,)", "pickle"), "objects");
  expect_refused(read_npy_points, npy("[('a', [('x', '<f4')])]", "(1,)", raw(1.f)),
                 "field 'a' has fields of its own");
  expect_refused(read_npy_points, npy("[('s', '|S4')]", "(1,)", "text"), "none");
  expect_refused(read_npy_points, npy("[]", "(1,)", ""), "none");
  expect_refused(read_npy_points, npy("[('x', '<f4', (100000,))]", "(0,)", ""), "65536");
  expect_refused(read_npy_points,
                 npy("[('x', '<f4'), ('s', '|S9', (4611686018427387904, 4))]", "(0,)", ""), "2^63");
  expect_refused(read_npy_points,
                 npy("[('x', '<f4'), ('s', '|S4611686018427387904', (4,))]", "(0,)", ""),
                 "tebibyte");
  expect_refused(read_npy_points, npy("[('x', '<f4')]", "(2,)", raw(1.f)), "found 4");
  expect_refused(read_npy_points, npy("[('x' '<f4')]", "(1,)", raw(1.f)), "expected ','");
  expect_refused(read_npy_points, "PK\x03\x04 and so on", "arr_0");
  expect_refused(read_npy_points, std::string("PK\x05\x06", 4) + std::string(18, '\0'), ".npz");
}

TEST(NpyPoints, SurvivesDamage) {
  EXPECT_EQ(attack(to_bytes(npy("[(('T', 'x'), '<f4'), ('', '|V2'), ('n', '>i2', (3,))]", "(2L,)",
                                std::string(24, 'a'))),
                   [](auto& p) { read_npy_points(p); }),
            0);
  attack(to_bytes(npy("'<f8'", "(2, 3)", std::string(48, 'a'), true)),
         [](auto& p) { read_npy_points(p); });
}

}  // namespace
}  // namespace lsk3d
