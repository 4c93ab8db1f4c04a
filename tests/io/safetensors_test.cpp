// SPDX-License-Identifier: MIT
#include "lsk3d/io/safetensors.h"

#include <cstring>
#include <map>

#include "io/hostile.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

using namespace testing_support;

void expect_same(const TensorFile& a, const TensorFile& b) {
  EXPECT_EQ(a.metadata, b.metadata);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    const auto& [name, tensor] = a.tensors[i];
    EXPECT_EQ(name, b.tensors[i].first);
    ASSERT_EQ(tensor.shape(), b.tensors[i].second.shape()) << name;
    ASSERT_EQ(tensor.dtype(), b.tensors[i].second.dtype()) << name;
    EXPECT_EQ(std::memcmp(tensor.raw(), b.tensors[i].second.raw(), tensor.bytes()), 0) << name;
  }
}

TensorFile sample() {
  TensorFile file;
  file.metadata = {{"format", "1"}, {"quotes \" and\n lines", "ünï"}};
  file.add("z.weight", Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3}));
  file.add("a/flag", Tensor::from<std::uint8_t>({1, 0, 1}, {3}));
  file.add("count", Tensor::from<std::int64_t>({-7}, {}));
  file.add("index", Tensor::from<std::int32_t>({1, -2}, {2, 1}));
  file.add("double", Tensor::from<double>({0.1}, {1}));
  file.add("empty", Tensor::empty({0, 5}));
  file.add("half", Tensor::full({3}, 1.5, DType::bf16));
  return file;
}

/// A file of the given header text and that many zero bytes of data.
Bytes with_header(const std::string& json, std::size_t data_bytes) {
  std::string text(8, '\0');
  const std::uint64_t length = json.size();
  std::memcpy(text.data(), &length, 8);
  return to_bytes(text + json + std::string(data_bytes, '\0'));
}

void expect_refused(const std::string& json, std::size_t data_bytes, const std::string& expected) {
  const TemporaryFolder folder;
  overwrite(folder / "bad", with_header(json, data_bytes));
  expect_data_error([](auto& p) { read_safetensors(p); }, folder / "bad", expected);
  expect_data_error([](auto& p) { read_safetensors_header(p); }, folder / "bad", expected);
}

TEST(Safetensors, RoundTripsEveryDtypeInFileOrder) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  write_safetensors(path, sample());
  const TensorFile back = read_safetensors(path);
  expect_same(sample(), back);
  EXPECT_EQ(back.path, path);
  EXPECT_TRUE(back.contains("a/flag"));
  EXPECT_FALSE(back.contains("a"));

  const TensorHeader header = read_safetensors_header(path);
  EXPECT_EQ(header.metadata, back.metadata);
  ASSERT_EQ(header.entries.size(), 7u);
  EXPECT_EQ(header.entries[0].name, "z.weight");
  EXPECT_EQ(header.entries[0].shape, (Shape{2, 3}));
  EXPECT_EQ(header.entries[6].dtype, DType::bf16);
}

TEST(Safetensors, HeaderIsPaddedToEightBytes) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", sample());
  write_safetensors(folder / "none", {});
  for (const char* name : {"a", "none"}) {
    const Bytes bytes = read_file(folder / name);
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    EXPECT_EQ(length % 8, 0u);
    EXPECT_EQ(static_cast<char>(bytes[8]), '{');
  }
  expect_same(read_safetensors(folder / "none"), {});
}

TEST(Safetensors, GoldensRoundTrip) {
  const TemporaryFolder folder;
  for (const char* name :
       {"pt/small_expected.safetensors", "sds/sds.safetensors", "subm_conv/subm_conv.safetensors",
        "syn_k5_h8/after8_sgd_nesterov.safetensors"}) {
    const TensorFile file = read_safetensors(golden_path(name));
    EXPECT_FALSE(file.tensors.empty());
    write_safetensors(folder / "copy", file);
    expect_same(file, read_safetensors(folder / "copy"));
  }
}

TEST(Safetensors, MissingNameSuggestsANearOne) {
  const TensorFile file = sample();
  try {
    file.at("z.weigth");
    FAIL();
  } catch (const DataError& e) {
    EXPECT_NE(std::string(e.what()).find("z.weigth"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("did you mean 'z.weight'"), std::string::npos) << e.what();
  }
}

TEST(Safetensors, RefusesWhatItCannotWrite) {
  const TemporaryFolder folder;
  TensorFile twice, undefined, reserved, latin1;
  twice.add("a", Tensor::zeros({1}));
  twice.add("a", Tensor::zeros({1}));
  undefined.add("a", Tensor());
  reserved.add("__metadata__", Tensor::zeros({1}));
  latin1.add("\xfc", Tensor::zeros({1}));
  for (const TensorFile& file : {twice, undefined, reserved, latin1})
    EXPECT_THROW(write_safetensors(folder / "a", file), UsageError);
  EXPECT_EQ(folder.files(), 0u);
}

TEST(Safetensors, RefusesBrokenHeaders) {
  const std::string f4 = R"("dtype":"F32","shape":[1],"data_offsets":)";
  expect_refused(R"({"a":{)" + f4 + R"([0,4]},"a":{)" + f4 + "[4,8]}}", 8, "duplicate name 'a'");
  expect_refused(R"({"a":{)" + f4 + R"([0,4]},"b":{)" + f4 + "[2,6]}}", 6, "overlap");
  expect_refused(R"({"a":{)" + f4 + R"([0,4]},"b":{)" + f4 + "[8,12]}}", 12, "gap");
  expect_refused(R"({"a":{)" + f4 + "[0,4]}}", 9, "end at byte 4");
  expect_refused(R"({"a":{)" + f4 + "[0,8]}}", 8, "takes 4 bytes");
  expect_refused(R"({"a":{)" + f4 + "[4,0]}}", 4, "outside");
  expect_refused(R"({"a":{)" + f4 + "[0,4]}}", 3, "outside");
  expect_refused(R"({"a":{)" + f4 + "[0,18446744073709551615]}}", 4, "number");
  expect_refused(R"({"a":{)" + f4 + "[0,4,4]}}", 4, "data_offsets");
  expect_refused(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1, "F8_E4M3");
  expect_refused(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "negative");
  expect_refused(R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", 4, "fraction");
  expect_refused(R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", 4, "array");
  expect_refused(R"({"a":{"dtype":"F32","shape":[1]}})", 0, "lacks");
  expect_refused(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4,
                 "duplicate key 'dtype'");
  expect_refused(R"({"a":{"x":1}})", 0, "unknown key 'x'");
  expect_refused(R"({"a":{"dtype":{}}})", 0, "object");
  expect_refused(R"({"a":[]})", 0, "array");
  expect_refused(R"({"a":1})", 0, "number");
  expect_refused(R"({"__metadata__":{"a":1}})", 0, "number");
  expect_refused(R"({"__metadata__":{"a":{}}})", 0, "object");
  expect_refused(R"({"__metadata__":{"a":"x","a":"y"}})", 0, "duplicate");
  expect_refused(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", 4,
                 "2^63");
  expect_refused(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,)"
                 R"(1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})",
                 4, "32 dimensions");
  expect_refused(R"([{"a":1}])", 0, "{");
  expect_refused(R"({"a")", 0, "JSON");
  expect_refused("{" + std::string(100'000, '['), 0, "JSON");
}

TEST(Safetensors, HugeHeaderLengthIsNotBelieved) {
  const TemporaryFolder folder;
  Bytes bytes = with_header("{}", 0);
  for (std::size_t i = 0; i < 8; ++i) {
    Bytes bad = bytes;
    bad[i] = std::byte{0xff};
    overwrite(folder / "bad", bad);
    expect_data_error([](auto& p) { read_safetensors(p); }, folder / "bad", "header of");
  }
}

/// Whoever gives another kind of file is told what it is.
TEST(Safetensors, OtherFilesAreCalledByTheirName) {
  const TemporaryFolder folder;
  const auto expect = [&](std::string_view bytes, const std::string& expected) {
    overwrite(folder / "f", to_bytes(bytes));
    expect_data_error([](auto& p) { read_safetensors(p); }, folder / "f", expected);
    expect_data_error([](auto& p) { read_safetensors_header(p); }, folder / "f", expected);
  };
  using std::string_view_literals::operator""sv;
  for (const char* name : {"pt/small_zip.pt", "pt/small_legacy.pt"}) {
    expect_data_error([](auto& p) { read_safetensors(p); }, golden_path(name),
                      "found a PyTorch checkpoint; turn it into a model file first: lsk3d import "
                      "--input " +
                          golden_path(name));
  }
  expect("PK\x03\x04" + std::string(22, '\0') + "\x05" + std::string(3, '\0') + "a.npy",
         "NumPy archive");
  expect("PK\x03\x04" + std::string(22, '\0') + "\x05" + std::string(3, '\0') + "a.txt",
         "a zip archive");
  expect("PK\x05\x06", "a zip archive");
  expect("\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94"sv, "a Python pickle");
  expect("\x89HDF\r\n\x1a\n\0\0\0\0"sv, "HDF5");
  expect("\x93NUMPY\x01\0v\0{'descr'"sv, "a NumPy array");
  expect("\x1f\x8b\x08\0\0\0\0\0\0\x03"sv, "a compressed file; unpack it first");
  expect("\x08\x07\x12\x07pytorch\x1a\x03\x32.0"sv, "an ONNX model");
  expect(std::string(257, '\1') + "ustar\0" + std::string(300, '\0'), "a tar archive");
  expect("<!DOCTYPE html>\n<html><head><title>404</title>",
         "a web page; the download gave an error");
  expect("\n <HTML><body>", "a web page");
  expect("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "git lfs pull");
  expect("Not Found", "a text that begins with 'Not Found'");
  expect("404", "a text that begins with '404'");
  expect("", "0 bytes");
  expect("\x40\x01\0\0\0\0\0\0{\"a\""sv, "a header of 320 bytes in a file of 12; it is cut short");
  expect(std::string(40, '\xfe'), "no safetensors file");
}

// A header of 0x120708 bytes begins as ONNX does; one of '{"__me' bytes is longer than any.
TEST(Safetensors, ALengthThatLooksLikeAnotherKindIsRead) {
  const TemporaryFolder folder;
  for (const std::size_t length : {std::size_t{0x120708}, std::size_t{0x4b50 + 0x30000}}) {
    std::string json = R"({"__metadata__":{"a":")";
    json += std::string(length - json.size() - 3, 'x') + "\"}}";
    overwrite(folder / "f", with_header(json, 0));
    EXPECT_EQ(read_safetensors(folder / "f").metadata.size(), 1u);
  }
}

TEST(Safetensors, SurvivesDamage) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", sample());
  EXPECT_EQ(attack(read_file(folder / "a"), [](auto& p) { read_safetensors(p); }), 0);
}

}  // namespace
}  // namespace lsk3d
