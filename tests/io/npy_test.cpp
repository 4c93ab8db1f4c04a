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

TEST(Npy, RefusesWhatItDoesNotKnow) {
  const auto with = [](const std::string& descr, const std::string& order, const std::string& shape,
                       std::size_t bytes) {
    return npy(1,
               "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + "}",
               std::string(bytes, '\0'));
  };
  expect_refused(with("'>f4'", "False", "(1,)", 4), ">f4");
  expect_refused(with("'|O'", "False", "(1,)", 8), "|O");
  expect_refused(with("[('x', '<f4')]", "False", "(1,)", 4), "expected '''");
  expect_refused(with("'<f4'", "True", "(1, 1, 1)", 4), "Fortran");
  expect_refused(with("'<f4'", "False", "(2,)", 4), "takes 8 bytes, found 4");
  expect_refused(with("'<f4'", "False", "(1,)", 5), "found 5");
  expect_refused(with("'<f4'", "False", "(4611686018427387904, 4)", 4), "2^63");
  expect_refused(with("'<f4'", "False", "(99999999999999999999,)", 4), "shape");
  expect_refused(with("'<f4'", "False", "(-1,)", 4), "shape");
  expect_refused(with("'<f4'", "maybe", "(1,)", 4), "True or False");
  expect_refused(npy(1, "{'descr': '<f4'}", ""), "no descr");
  expect_refused(npy(1, "{'descr': '<f4', 'descr': '<f4'}", ""), "duplicate");
  expect_refused(npy(4, "{}", ""), "version");
  expect_refused(to_bytes("PK\x03\x04zip"), "NumPy");
  EXPECT_THROW(write_npy("unused.npy", Tensor::zeros({1}, DType::bf16)), UsageError);
}

TEST(Npy, SurvivesDamage) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", Tensor::full({3, 4}, 1.5));
  EXPECT_EQ(attack(read_file(folder / "a.npy"), [](auto& p) { read_npy(p); }), 0);
}

}  // namespace
}  // namespace lsk3d
