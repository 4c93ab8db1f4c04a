// SPDX-License-Identifier: MIT
#include "lsk3d/io/npy.h"

#include <cstring>

#include "io/hostile.h"

namespace lsk3d {
namespace {

using namespace testing_support;

Bytes npy(int version, const std::string& dictionary, const std::string& data) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  const auto length = static_cast<std::uint32_t>(dictionary.size());
  text.append(reinterpret_cast<const char*>(&length), version == 1 ? 2 : 4);
  return to_bytes(text + dictionary + data);
}

Tensor parse(const Bytes& bytes) {
  const TemporaryFolder folder;
  overwrite(folder / "a.npy", bytes);
  return read_npy(folder / "a.npy");
}

void expect_refused(const Bytes& bytes, const std::string& expected) {
  const TemporaryFolder folder;
  overwrite(folder / "a.npy", bytes);
  expect_data_error([](auto& p) { read_npy(p); }, folder / "a.npy", expected);
}

TEST(Npy, RoundTrips) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npy";
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8})
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{0, 4}, Shape{1, 2, 3, 4}}) {
      Tensor t = Tensor::full(shape, 0);
      for (std::int64_t i = 0; i < t.numel(); ++i) t.data<float>()[i] = static_cast<float>(i + 1);
      t = t.to(dtype);
      write_npy(path, t);
      const Tensor back = read_npy(path);
      ASSERT_EQ(back.shape(), shape);
      ASSERT_EQ(back.dtype(), dtype);
      EXPECT_EQ(std::memcmp(back.raw(), t.raw(), t.bytes()), 0);
    }
}

TEST(Npy, WritesWhatNumPyWrites) {
  // np.save of np.array([[1, 2]], 'u1'), byte for byte.
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", Tensor::from<std::uint8_t>({1, 2}, {1, 2}));
  std::string dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }";
  dictionary.append(117 - dictionary.size(), ' ');
  EXPECT_EQ(read_file(folder / "a.npy"), npy(1, dictionary + "\n", "\x01\x02"));
}

TEST(Npy, ReadsAllVersionsAnyKeyOrderAndFortranOrder) {
  const std::string data("\x01\x02\x03\x04\x05\x06", 6);
  for (int version : {1, 2, 3}) {
    const Tensor t =
        parse(npy(version, "{\"shape\":(2,3),'fortran_order' : True,'descr':'|u1'}  \n", data));
    ASSERT_EQ(t.shape(), (Shape{2, 3}));
    const std::vector<std::uint8_t> expected{1, 3, 5, 2, 4, 6};
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), t.data<std::uint8_t>()));
  }
  const Tensor flags = parse(npy(1, "{'descr': '|b1', 'fortran_order': True, 'shape': (2,), }",
                                 std::string("\x01\x00", 2)));
  EXPECT_EQ(flags.dtype(), DType::u8);
  EXPECT_EQ(flags.data<std::uint8_t>()[0], 1);
}

template <typename T>
std::string big_endian(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) {
    std::string one(reinterpret_cast<const char*>(&value), sizeof value);
    bytes.append(one.rbegin(), one.rend());
  }
  return bytes;
}

TEST(Npy, ReadsAnyNumberTypeAsTheNearestOfOurs) {
  const auto check = [](const std::string& descr, const std::string& data, auto first,
                        auto second) {
    const Tensor t =
        parse(npy(1, "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (2,), }", data));
    ASSERT_EQ(t.dtype(), dtype_of<decltype(first)>()) << descr;
    EXPECT_EQ(t.data<decltype(first)>()[0], first) << descr;
    EXPECT_EQ(t.data<decltype(first)>()[1], second) << descr;
  };
  check(">f4", big_endian({1.5f, -2.0f}), 1.5f, -2.0f);
  check(">f8", big_endian({1.5, -2.0}), 1.5, -2.0);
  check("<f2", std::string("\x00\x3e\x00\xc0", 4), 1.5f, -2.0f);
  check("|i1", std::string("\xff\x02", 2), -1, 2);
  check(">i2", big_endian<std::int16_t>({-1, 258}), -1, 258);
  check(">u2", big_endian<std::uint16_t>({65535, 258}), 65535, 258);
  check(">i4", big_endian<std::int32_t>({-1, 70000}), -1, 70000);
  check(">u4", big_endian<std::uint32_t>({4294967295u, 1}), std::int64_t{4294967295},
        std::int64_t{1});
  check(">i8", big_endian<std::int64_t>({-1, 1ll << 60}), std::int64_t{-1}, std::int64_t{1} << 60);
  check(">u8", big_endian<std::uint64_t>({3, 1ull << 60}), std::int64_t{3}, std::int64_t{1} << 60);
  check("<M8[ns]", std::string("\x01\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16), std::int64_t{1},
        std::int64_t{2});
}

TEST(Npy, ReadsPython2Headers) {
  const Tensor t = parse(npy(1, "{u'shape': (1L, 2L), 'fortran_order': False, 'descr': '|u1'}",
                             std::string("\x01\x02", 2)));
  EXPECT_EQ(t.shape(), (Shape{1, 2}));
  EXPECT_EQ(t.data<std::uint8_t>()[1], 2);
}

TEST(Npy, ReadsFortranOrderOfAnyRank) {
  std::string data;
  for (char i = 0; i < 24; ++i) data += i;
  const Tensor t =
      parse(npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", data));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k)
        EXPECT_EQ(t.data<std::uint8_t>()[(i * 3 + j) * 4 + k], i + 2 * (j + 3 * k));
}

TEST(Npy, RefusesWhatItDoesNotKnow) {
  const auto with = [](const std::string& descr, const std::string& order, const std::string& shape,
                       std::size_t bytes) {
    return npy(1,
               "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + "}",
               std::string(bytes, '\0'));
  };
  expect_refused(with("'<c8'", "False", "(1,)", 8), "<c8");
  expect_refused(with("'<U1'", "False", "(1,)", 4), "astype");
  expect_refused(with("'|O'", "False", "(1,)", 8), "allow_pickle=False");
  expect_refused(with("'<f3'", "False", "(1,)", 3), "<f3");
  expect_refused(with("'<q4'", "False", "(1,)", 4), "<q4");
  expect_refused(with("[('x', '<f4')]", "False", "(1,)", 4), "fields such as 'x'");
  expect_refused(with("'<u8'", "False", "(1,)", 7), "found 7");
  expect_refused(
      npy(1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", std::string(8, '\xff')),
      "18446744073709551615, is beyond 2^63");
  expect_refused(with("'<f4'", "False", "(2,)", 4), "take 8 bytes, found 4");
  expect_refused(with("'<f4'", "False", "(1,)", 5), "found 5");
  expect_refused(with("'<f4'", "False", "(4611686018427387904, 4)", 4), "2^63");
  expect_refused(with("'<f4'", "False", "(99999999999999999999,)", 4), "shape");
  expect_refused(with("'<f4'", "False", "(-1,)", 4), "shape");
  expect_refused(with("'<f4'", "maybe", "(1,)", 4), "True or False");
  expect_refused(npy(1, "{'descr': '<f4'}", ""), "no descr");
  expect_refused(npy(1, "{'descr': '<f4', 'descr': '<f4'}", ""), "duplicate");
  expect_refused(npy(4, "{}", ""), "version");
  expect_refused(to_bytes("NUMPY!!"), "NumPy");
  expect_refused(to_bytes("PK\x03\x04zip"), ".npz");
  EXPECT_THROW(write_npy("unused.npy", Tensor::zeros({1}, DType::bf16)), UsageError);
}

TEST(Npy, SurvivesDamage) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", Tensor::full({3, 4}, 1.5));
  EXPECT_EQ(attack(read_file(folder / "a.npy"), [](auto& p) { read_npy(p); }), 0);
}

}  // namespace
}  // namespace lsk3d
