// SPDX-License-Identifier: MIT
#include "lsk3d/io/torch_checkpoint.h"

#include <cmath>
#include <cstring>

#include "io/pickled.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

using namespace testing_support;
using namespace testing_support::pickled;

TensorFile parse(const Bytes& bytes) {
  const TemporaryFolder folder;
  overwrite(folder / "a.pt", bytes);
  return read_torch_checkpoint(folder / "a.pt");
}

void expect_refused(const Bytes& bytes, const std::string& expected) {
  const TemporaryFolder folder;
  overwrite(folder / "a.pt", bytes);
  expect_data_error([](auto& p) { read_torch_checkpoint(p); }, folder / "a.pt", expected);
}
void expect_refused(const std::string& root, const std::string& expected,
                    const Storages& storages = {}) {
  expect_refused(zip_container(root, storages), expected);
}

// ---- the goldens

void expect_matches_golden(const std::string& name, bool with_masks) {
  const TensorFile file = read_torch_checkpoint(golden_path("pt/" + name));
  const TensorFile expected = read_safetensors(golden_path("pt/small_expected.safetensors"));
  std::size_t parameters = 0, masks = 0;
  for (const auto& [key, tensor] : file.tensors) {
    if (key.starts_with("mask/")) {
      ++masks;
      EXPECT_EQ(tensor.dtype(), DType::f32);
      for (const float m : tensor.span<float>()) ASSERT_TRUE(m == 0 || m == 1) << key;
      continue;
    }
    ASSERT_TRUE(key.starts_with("checkpoint/")) << key;
    const std::string bare = key.substr(std::strlen("checkpoint/"));
    EXPECT_EQ(bare, expected.tensors[parameters].first);  // in the same order
    const Tensor& wanted = expected.tensors[parameters++].second;
    ASSERT_EQ(tensor.dtype(), wanted.dtype()) << key;
    // The expected file stores scalars with one dimension.
    ASSERT_TRUE(tensor.shape() == wanted.shape() || (tensor.rank() == 0 && wanted.numel() == 1));
    EXPECT_EQ(std::memcmp(tensor.raw(), wanted.raw(), wanted.bytes()), 0) << key;
  }
  EXPECT_EQ(parameters, expected.tensors.size());
  EXPECT_EQ(masks > 0, with_masks);
}

TEST(TorchCheckpoint, ReadsTheZipGolden) { expect_matches_golden("small_zip.pt", true); }
TEST(TorchCheckpoint, ReadsTheLegacyGolden) { expect_matches_golden("small_legacy.pt", true); }
TEST(TorchCheckpoint, ReadsTheZipGoldenWithoutMasks) {
  expect_matches_golden("small_nomask_zip.pt", false);
}
TEST(TorchCheckpoint, ReadsTheLegacyGoldenWithoutMasks) {
  expect_matches_golden("small_nomask_legacy.pt", false);
}

TEST(TorchCheckpoint, BothContainersHoldTheSameMasks) {
  const TensorFile zip = read_torch_checkpoint(golden_path("pt/small_zip.pt"));
  const TensorFile legacy = read_torch_checkpoint(golden_path("pt/small_legacy.pt"));
  ASSERT_EQ(zip.tensors.size(), legacy.tensors.size());
  for (std::size_t i = 0; i < zip.tensors.size(); ++i) {
    EXPECT_EQ(zip.tensors[i].first, legacy.tensors[i].first);
    const Tensor &a = zip.tensors[i].second, &b = legacy.tensors[i].second;
    ASSERT_EQ(a.shape(), b.shape());
    EXPECT_EQ(std::memcmp(a.raw(), b.raw(), a.bytes()), 0) << zip.tensors[i].first;
  }
  const Tensor& group = zip.at("mask/spv_enc.0.v_enc.0.layers.0.weight/0");
  EXPECT_EQ(group.shape(), (Shape{2, 2, 2, 16, 16}));
}

// ---- dtypes, views, structure

TEST(TorchCheckpoint, WidensSmallDtypes) {
  const std::vector<std::uint16_t> halves{0x3c00, 0xc000, 0x0001, 0x8000,
                                          0x7c00, 0x7e00, 0x7bff, 0x0400};
  const TensorFile file = parse(
      zip_container(dict(text("half") + view(storage("HalfStorage", "0", 8), 0, {8}, {1}) +
                         text("bf16") + view(storage("BFloat16Storage", "1", 1), 0, {1}, {1}) +
                         text("short") + view(storage("ShortStorage", "2", 2), 0, {2}, {1}) +
                         text("char") + view(storage("CharStorage", "3", 2), 0, {2}, {1}) +
                         text("bool") + view(storage("BoolStorage", "4", 2), 0, {2}, {1}) +
                         text("byte") + view(storage("ByteStorage", "5", 1), 0, {1}, {1}) +
                         text("int") + view(storage("IntStorage", "6", 1), 0, {1}, {1}) +
                         text("double") + view(storage("DoubleStorage", "7", 1), 0, {1}, {1})),
                    {{"0", raw(halves)},
                     {"1", raw(std::uint16_t{0x3f80})},
                     {"2", raw(std::vector<std::int16_t>{-3, 300})},
                     {"3", "\xfe\x05"},
                     {"4", std::string("\x02\0", 2)},
                     {"5", "\xff"},
                     {"6", raw(-9)},
                     {"7", raw(0.1)}}));
  const auto half = file.at("half").span<float>();
  EXPECT_EQ(half[0], 1.0f);
  EXPECT_EQ(half[1], -2.0f);
  EXPECT_EQ(half[2], std::ldexp(1.0f, -24));
  EXPECT_TRUE(half[3] == 0 && std::signbit(half[3]));
  EXPECT_EQ(half[4], INFINITY);
  EXPECT_TRUE(std::isnan(half[5]));
  EXPECT_EQ(half[6], 65504.0f);
  EXPECT_EQ(half[7], std::ldexp(1.0f, -14));
  EXPECT_EQ(file.at("bf16").dtype(), DType::bf16);
  EXPECT_EQ(file.at("bf16").item(), 1.0);
  EXPECT_EQ(file.at("short").data<std::int32_t>()[0], -3);
  EXPECT_EQ(file.at("short").data<std::int32_t>()[1], 300);
  EXPECT_EQ(file.at("char").data<std::int32_t>()[0], -2);
  EXPECT_EQ(file.at("bool").data<std::uint8_t>()[0], 1);
  EXPECT_EQ(file.at("bool").data<std::uint8_t>()[1], 0);
  EXPECT_EQ(file.at("byte").data<std::uint8_t>()[0], 255);
  EXPECT_EQ(file.at("int").item(), -9);
  EXPECT_EQ(file.at("double").item(), 0.1);
}

TEST(TorchCheckpoint, MakesViewsContiguous) {
  const std::string s = storage("FloatStorage", "0", 12);
  std::vector<float> data(12);
  for (int i = 0; i < 12; ++i) data[static_cast<std::size_t>(i)] = static_cast<float>(i);
  const std::string root =
      dict(text("transposed") + view(s, 0, {4, 3}, {1, 4}) + text("slice") +
           view(s, 5, {2, 2}, {4, 1}) + text("steps") + view(s, 1, {2, 1, 3}, {6, INT64_MAX, 2}) +
           text("scalar") + view(s, 11, {}, {}) + text("empty") + view(s, 12, {0, 3}, {3, 1}) +
           text("spread") + view(s, 2, {2, 2}, {0, 1}));
  for (const Bytes& bytes :
       {zip_container(root, {{"0", raw(data)}}), legacy_container(root, {{"0", raw(data)}}, 4)}) {
    const TensorFile file = parse(bytes);
    const auto values = [&](const char* name) {
      const auto span = file.at(name).span<float>();
      return std::vector<float>(span.begin(), span.end());
    };
    EXPECT_EQ(values("transposed"), (std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
    EXPECT_EQ(values("slice"), (std::vector<float>{5, 6, 9, 10}));
    EXPECT_EQ(values("steps"), (std::vector<float>{1, 3, 5, 7, 9, 11}));
    EXPECT_EQ(values("scalar"), (std::vector<float>{11}));
    EXPECT_EQ(file.at("empty").shape(), (Shape{0, 3}));
    EXPECT_EQ(values("spread"), (std::vector<float>{2, 3, 2, 3}));
  }
}

TEST(TorchCheckpoint, FlattensNumbersTextAndLists) {
  const std::string real = std::string("G\x3f\xb9\x99\x99\x99\x99\x99\x9a", 9);  // 0.1
  const std::string root = dict(
      text("epoch") + integer(-12) + text("best") + real + text("name") + text("lsk3d") +
      text("flag") + "\x88" + text("nothing") + "N" + text("small") + "\x8a\x01\xff" +
      text("zero") + std::string("\x8a\0", 2) + text("list") + "](" + integer(1) +
      dict(integer(7) + text("deep")) + "e" + text("size") + global("torch", "Size") + "(" +
      numbers({2, 3}) + "tR" + text("parameter") + global("torch._utils", "_rebuild_parameter") +
      "(" + view(storage("FloatStorage", "0", 1), 0, {1}, {1}) + "\x88" + ordered_dict() + "tR");
  const TensorFile file = parse(zip_container(root, {{"0", raw(2.5f)}}));
  const std::map<std::string, std::string> expected = {
      {"epoch", "-12"}, {"best", "0.1"}, {"name", "lsk3d"},    {"flag", "true"}, {"small", "-1"},
      {"zero", "0"},    {"list/0", "1"}, {"list/1/7", "deep"}, {"size/0", "2"},  {"size/1", "3"}};
  EXPECT_EQ(file.metadata, expected);
  EXPECT_EQ(file.at("parameter").item(), 2.5);
}

TEST(TorchCheckpoint, ReadsProtocolFour) {
  const std::string storage_type =
      "\x8c\x05torch\x94\x8c\x0c"
      "FloatStorage\x94\x93\x94";
  const std::string root =
      std::string("\x95") + raw(std::uint64_t{0}) + "}\x94\x8c\x01w\x94\x8c\x0ctorch._utils\x94" +
      "\x8c\x12_rebuild_tensor_v2\x94\x93\x94(" +
      tuple(text("storage") + storage_type + text("0") + text("cpu") + "K\x02") + "Q" +
      std::string("K\0", 2) + "K\x02\x85\x94K\x01\x85\x94\x89" + ordered_dict() + "t\x94R\x94s";
  const TensorFile file = parse(zip_container(root, {{"0", raw(1.0f) + raw(2.0f)}}));
  EXPECT_EQ(file.at("w").shape(), Shape{2});
  EXPECT_EQ(file.at("w").data<float>()[1], 2.0f);
}

// ---- hostile pickles

TEST(TorchCheckpoint, NothingBeyondTheKnownGlobalsIsNamed) {
  for (const auto& [module, name] : {std::pair{"os", "system"},
                                     {"builtins", "eval"},
                                     {"torch", "load"},
                                     {"collections", "ordereddict"}}) {
    const std::string full = std::string(module) + " " + name;
    expect_refused(global(module, name) + tuple(text("touch /tmp/never")) + "R", full);
    expect_refused(text(module) + text(name) + "\x93", full);
  }
  expect_refused("ios\nsystem\n", "opcode 105");  // INST
  expect_refused(")\x81", "opcode 129");          // NEWOBJ
  expect_refused("(o", "opcode 111");             // OBJ
  expect_refused("P0\n", "opcode 80");            // PERSID
  expect_refused("\x82\x01", "opcode 130");       // EXT1
  expect_refused("\xff", "opcode 255");
}

TEST(TorchCheckpoint, RefusesBrokenPickles) {
  const std::string s = storage("FloatStorage", "0", 4);
  expect_refused("a", "value on the stack");
  expect_refused("]a", "value on the stack");
  expect_refused("](a", "value on the stack");
  expect_refused("t", "mark");
  expect_refused("}(" + text("a") + "u", "pairs");
  expect_refused("NNs", "value on the stack");
  expect_refused("NNNs", "dictionary");
  expect_refused("NNa", "list");
  expect_refused("N(Nu", "pairs");
  expect_refused("h\x05", "no entry 5");
  expect_refused("j" + raw(0xffffffffu), "no entry 4294967295");
  expect_refused("r" + raw(0xffffffffu), "value on the stack");
  expect_refused("}}", "one value at the end");
  expect_refused("(}", "one value at the end");
  expect_refused("\x80\x09}", "protocol");
  expect_refused("N)R", "global");
  expect_refused(global("torch", "FloatStorage") + ")R", "function");
  expect_refused(global("collections", "OrderedDict") + "NR", "tuple");
  expect_refused(global("collections", "OrderedDict") + "N\x85R", "empty OrderedDict");
  expect_refused(global("torch", "Size") + ")R", "one argument");
  expect_refused("Nb", "value on the stack");
  expect_refused("N}b", "dictionary with attributes");
  expect_refused("}Kab", "attributes");
  expect_refused("NQ", "storage");
  expect_refused(tuple(text("module")) + "Q", "persistent id");
  expect_refused(storage("Size", "0", 1), "storage type");
  expect_refused(storage("FloatStorage", "0", -1), "-1");
  expect_refused("X" + raw(0xffffffffu) + "abc", "4294967295 bytes");
  expect_refused("\x8d" + raw(~0ull) + "abc", "18446744073709551615 bytes");
  expect_refused("T" + raw(-1), "4294967295 bytes");
  expect_refused("ccollections", "end of line");
  expect_refused(text("top"), "dictionary of tensors at the top");
  expect_refused(dict("N" + text("a")), "keys of text or integers");
  expect_refused(dict(text("a") + global("torch", "Size")), "'a'");
  expect_refused(dict(text("a") + s), "'a'", {{"0", std::string(16, 'x')}});
  expect_refused(dict(text("a") + integer(1) + text("a") + integer(2)), "'a' occurs twice");
  expect_refused(dict(text("a/b") + integer(1) + text("a") + dict(text("b") + integer(2))),
                 "'a/b' occurs twice");
  expect_refused("", "value on the stack");
}

TEST(TorchCheckpoint, RefusesViewsThatLeaveTheirStorage) {
  const std::string s = storage("FloatStorage", "0", 4);
  const Storages four = {{"0", std::string(16, '\0')}};
  const auto refuse = [&](std::int64_t offset, std::vector<std::int64_t> shape,
                          std::vector<std::int64_t> strides, const std::string& expected) {
    expect_refused(dict(text("w") + view(s, offset, shape, strides)), expected, four);
  };
  refuse(0, {5}, {1}, "leaves its storage");
  refuse(1, {4}, {1}, "leaves its storage");
  refuse(4, {}, {}, "leaves its storage");
  refuse(0, {2}, {4}, "leaves its storage");
  refuse(0, {2, 2}, {2, 2}, "leaves its storage");
  refuse(INT64_MAX, {2}, {INT64_MAX}, "leaves its storage");
  refuse(0, {3}, {INT64_MAX}, "leaves its storage");
  refuse(-1, {1}, {1}, "-1");
  refuse(0, {-1}, {1}, "-1");
  refuse(0, {1}, {-1}, "-1");
  refuse(0, {1, 1}, {1}, "strides");
  refuse(0, std::vector<std::int64_t>(40, 1), std::vector<std::int64_t>(40, 1), "32 dimensions");
  refuse(0, {INT64_MAX / 2, 4}, {0, 0}, "2^63");
  refuse(0, {1'000'000'000'000}, {0}, "clone");  // one element, spread over terabytes
  expect_refused(dict(text("w") + view(s, 0, {4}, {1})), "expected 4 elements", {{"0", "abc"}});
  expect_refused(dict(text("w") + view(s, 0, {4}, {1})), "'archive/data/0'");
  expect_refused(dict(text("w") + view(s, 0, {4}, {1}) + text("v") +
                      view(storage("LongStorage", "0", 2), 0, {1}, {1})),
                 "another type", four);
}

TEST(TorchCheckpoint, NestingAndSharingAreBounded) {
  // A list, put in the memo, that contains itself; a dictionary likewise.
  expect_refused(std::string("]q\0h\0a", 6), "contains itself");
  expect_refused(std::string("}q\0", 3) + text("me") + std::string("h\0s", 3), "contains itself");
  // A million nested lists: neither reading nor freeing them may recurse.
  expect_refused(std::string(1'000'000, ']') + std::string(999'999, 'a'), "nested deeper");
  // Thirty levels that each hold the level below twice unfold to a billion entries.
  std::string doubled = "](NNe";
  for (char level = 0; level < 28; ++level)
    doubled = doubled + "q" + level + "0](h" + level + "h" + level + "e";
  expect_refused(doubled, "opcode 48");  // POP is unknown, too
  std::string levels = std::string("](](NNeq\0h\0e", 12);
  for (char level = 1; level < 28; ++level)
    levels = "](" + levels + "q" + level + "h" + level + "e";
  expect_refused(levels, "far more keys");
  // The same long text under many keys.
  std::string repeated = "](" + text(std::string(1'000'000, 'x')) + std::string("q\0", 2);
  for (int i = 0; i < 100; ++i) repeated += std::string("h\0", 2);
  expect_refused(repeated + "e", "far more keys");
  expect_refused("](" + std::string(2'100'000, 'N') + "e", "2 million");
}

TEST(TorchCheckpoint, RefusesOtherContainers) {
  expect_refused(to_bytes("hello"), "expected a PyTorch checkpoint, found a text that begins with 'hello'");
  expect_refused(Bytes(), "neither");
  expect_refused(zip_container(dict(""), {}, "big"), "little-endian");
  const TemporaryFolder folder;
  ZipWriter zip(folder / "a.zip");
  zip.add("model.txt", {});
  zip.finish();
  expect_refused(read_file(folder / "a.zip"), "data.pkl");
}

TEST(TorchCheckpoint, RefusesBrokenLegacyStreams) {
  const std::string root = dict(text("w") + view(storage("FloatStorage", "k", 2), 0, {2}, {1}));
  const auto stream = [&](const std::string& keys, const std::string& data) {
    return to_bytes(legacy_head() + whole(root) + whole(keys) + data);
  };
  const std::string good = raw(std::int64_t{2}) + raw(1.0f) + raw(2.0f);
  EXPECT_EQ(parse(stream("](" + text("k") + "e", good)).at("w").data<float>()[1], 2.0f);
  expect_refused(stream("]", ""), "list of all storages");
  expect_refused(stream("}", ""), "list of all storages");
  expect_refused(stream("](" + text("j") + "e", good), "keys of storages");
  expect_refused(stream("](" + text("k") + text("k") + "e", good), "list of all storages");
  expect_refused(stream("](" + text("k") + "e", raw(std::int64_t{3}) + std::string(12, 'x')),
                 "sizes");
  expect_refused(stream("](" + text("k") + "e", raw(std::int64_t{-1})), "sizes");
  expect_refused(stream("](" + text("k") + "e", raw(std::int64_t{2}) + "abc"), "takes 8 bytes");
  expect_refused(to_bytes(whole(integer(5))), "magic");
  const std::string magic = legacy_head().substr(0, 15);
  expect_refused(to_bytes(magic + whole("M\x01\x01")), "1001");
  expect_refused(to_bytes(magic + whole("M\xe9\x03") + whole(dict(text("little_endian") + "\x89"))),
                 "little-endian");
  const std::string huge =
      dict(text("w") + view(storage("DoubleStorage", "k", INT64_MAX), 0, {2}, {1}));
  expect_refused(to_bytes(legacy_head() + whole(huge) + whole("](" + text("k") + "e") +
                          raw(std::int64_t{INT64_MAX})),
                 "sizes");
}

TEST(TorchCheckpoint, SurvivesDamage) {
  const std::string root =
      dict(text("checkpoint") +
           dict(text("w") + view(storage("FloatStorage", "0", 4), 0, {2, 2}, {1, 2}) + text("n") +
                integer(3)) +
           text("mask") +
           dict(text("w") + dict("K\x01" + view(storage("FloatStorage", "1", 2), 1, {1}, {1}))));
  const Storages storages = {{"0", std::string(16, '\x3f')}, {"1", std::string(8, '\x3f')}};
  const auto read = [](auto& p) { read_torch_checkpoint(p); };
  EXPECT_EQ(attack(zip_container(root, storages), read), 0);
  EXPECT_EQ(attack(legacy_container(root, storages, 4), read), 0);
  // A stored pickle whose checksum is right after the damage: the legacy stream has none, above;
  // the goldens are large, so only their heads and a few positions.
  for (const char* name : {"pt/small_nomask_zip.pt", "pt/small_nomask_legacy.pt"})
    EXPECT_EQ(attack(read_file(golden_path(name)), read, 60), 0);
}

}  // namespace
}  // namespace lsk3d
