// SPDX-License-Identifier: MIT
#include "lsk3d/io/zip.h"

#include <cstring>

#include "io/hostile.h"

namespace lsk3d {
namespace {

using namespace testing_support;

Bytes noise(std::size_t size) {
  Rng rng(3, size);
  Bytes bytes(size);
  for (std::byte& b : bytes) b = static_cast<std::byte>(rng.below(256));
  return bytes;
}

void read_all(const std::string& path) {
  const ZipReader zip(path);
  for (const std::string& name : zip.names()) zip.read(name);
}

/// Offset of the first directory entry of an archive.
std::size_t directory_of(const Bytes& archive) {
  const Bytes magic = to_bytes("PK\x01\x02");
  return static_cast<std::size_t>(
      std::search(archive.begin(), archive.end(), magic.begin(), magic.end()) - archive.begin());
}

Bytes sample_archive() {
  const TemporaryFolder folder;
  ZipWriter zip(folder / "a.zip");
  zip.add("sequences/11/predictions/000000.label", Bytes(5000, std::byte{9}));
  zip.add("noise", noise(100));
  zip.add("empty", {});
  zip.finish();
  return read_file(folder / "a.zip");
}

TEST(Zip, RoundTrips) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.zip";
  std::vector<std::pair<std::string, Bytes>> entries = {
      {"empty", {}},
      {"a/b", Bytes(1, std::byte{7})},
      {"zeros", Bytes(200'000, std::byte{0})},
      {"noise", noise(70'000)},
      {"ünï.txt", to_bytes("text text text text text text")}};
  ZipWriter zip(path);
  for (const auto& [name, bytes] : entries) zip.add(name, bytes);
  EXPECT_FALSE(std::filesystem::exists(path));  // not before finish()
  zip.finish();
  EXPECT_LT(std::filesystem::file_size(path), 72'000u);  // the zeros were deflated

  const ZipReader back(path);
  ASSERT_EQ(back.names().size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(back.names()[i], entries[i].first);
    EXPECT_TRUE(back.contains(entries[i].first));
    EXPECT_EQ(back.read(entries[i].first), entries[i].second) << entries[i].first;
  }
  EXPECT_FALSE(back.contains("other"));
  expect_data_error([&](auto&) { back.read("other"); }, path, "'other'");
}

/// An archive of one stored entry, as PyTorch and Python's zipfile write them.
Bytes stored_archive(const std::string& name, const std::string& contents, std::uint32_t crc) {
  const auto u16 = [](std::size_t v) {
    return std::string{static_cast<char>(v), static_cast<char>(v >> 8)};
  };
  const auto u32 = [&](std::size_t v) { return u16(v & 0xffff) + u16(v >> 16); };
  const std::string sizes = u16(20) + u16(0) + u16(0) + u32(0) + u32(crc) + u32(contents.size()) +
                            u32(contents.size()) + u16(name.size()) + u16(0);
  const std::string local = "PK\x03\x04" + sizes + name + contents;
  const std::string central =
      "PK\x01\x02" + u16(20) + sizes + u16(0) + u32(0) + u32(0) + u32(0) + name;
  return to_bytes(local + central + "PK\x05\x06" + u32(0) + u16(1) + u16(1) + u32(central.size()) +
                  u32(local.size()) + u16(0));
}

TEST(Zip, ReadsStoredEntriesWithoutACopy) {
  const Bytes archive = stored_archive("a", "hello", 0x3610a686u);
  const ZipReader zip(archive, "memory");
  ASSERT_EQ(zip.entries().size(), 1u);
  EXPECT_EQ(zip.entries()[0].method, ZipEntry::kStored);
  Bytes buffer;
  const auto view = zip.view("a", buffer);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(Bytes(view.begin(), view.end()), to_bytes("hello"));
  EXPECT_EQ(attack(archive, read_all), 0);
}

TEST(Zip, ListsFoldersOnceEach) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.zip";
  ZipWriter zip(path);
  zip.add_directory("sequences/11/predictions");
  zip.add("sequences/11/predictions/000000.label", Bytes(4000, std::byte{9}));
  zip.add_directory("sequences/11/predictions/");
  zip.add_directory("sequences");
  zip.add_directory("sequences/12");
  zip.finish();
  const ZipReader back(path);
  EXPECT_EQ(back.names(),
            (std::vector<std::string>{"sequences/", "sequences/11/", "sequences/11/predictions/",
                                      "sequences/11/predictions/000000.label", "sequences/12/"}));
  for (const ZipEntry& entry : back.entries()) {
    const bool is_folder = entry.name.ends_with('/');
    EXPECT_EQ(entry.is_directory(), is_folder);
    EXPECT_EQ(entry.bytes, is_folder ? 0u : 4000u);
    EXPECT_EQ(entry.method, is_folder ? ZipEntry::kStored : ZipEntry::kDeflated);
    EXPECT_EQ(back.read(entry.name).size(), entry.bytes);
  }
  // What says "folder" to other programs: the directory bit of DOS, the mode of Unix.
  const Bytes archive = read_file(path);
  const std::size_t entry = directory_of(archive);
  std::uint32_t attributes = 0;
  std::memcpy(&attributes, archive.data() + entry + 38, sizeof attributes);
  EXPECT_EQ(attributes, 040755u << 16 | 0x10u);
  EXPECT_EQ(archive[entry + 5], std::byte{3});
}

TEST(Zip, DeflatesEveryFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.zip";
  ZipWriter zip(path);
  zip.add("noise", noise(70'000));
  zip.add("empty", {});
  zip.add("zeros", Bytes(100'000));
  zip.finish();
  const ZipReader back(path);
  ASSERT_EQ(back.entries().size(), 3u);
  for (const ZipEntry& entry : back.entries()) EXPECT_EQ(entry.method, ZipEntry::kDeflated);
  EXPECT_LT(back.entries()[0].packed_bytes, 70'100u);
  EXPECT_LT(back.entries()[2].packed_bytes, 1000u);
  EXPECT_EQ(back.read("noise"), noise(70'000));
  EXPECT_EQ(back.read("empty"), Bytes());
}

TEST(Zip, FilesAndFoldersDoNotShareNames) {
  const TemporaryFolder folder;
  ZipWriter zip(folder / "a.zip");
  zip.add("a", {});
  zip.add_directory("b");
  EXPECT_THROW(zip.add_directory("a"), UsageError);
  EXPECT_THROW(zip.add_directory("a/c"), UsageError);
  EXPECT_THROW(zip.add("b", {}), UsageError);
  EXPECT_THROW(zip.add("c/", {}), UsageError);
  for (const char* name : {"", "/", "/a", "..", "a/../b", "a\\b", "x//y"})
    EXPECT_THROW(zip.add_directory(name), UsageError) << name;
}

TEST(Zip, EqualEntriesGiveEqualArchives) { EXPECT_EQ(sample_archive(), sample_archive()); }

TEST(Zip, Passes65535Entries) {
  const TemporaryFolder folder;
  const std::string path = folder / "many.zip";
  constexpr int kCount = 66'000;
  ZipWriter zip(path);
  for (int i = 0; i < kCount; ++i) zip.add(std::to_string(i), {});
  zip.finish();
  const ZipReader back(path);
  ASSERT_EQ(back.names().size(), static_cast<std::size_t>(kCount));
  EXPECT_EQ(back.names().back(), std::to_string(kCount - 1));
}

TEST(Zip, WithoutFinishNothingIsLeft) {
  const TemporaryFolder folder;
  overwrite(folder / "a.zip", to_bytes("old"));
  {
    ZipWriter zip(folder / "a.zip");
    zip.add("a", noise(10));
    EXPECT_EQ(folder.files(), 2u);
  }
  EXPECT_EQ(folder.files(), 1u);
  EXPECT_EQ(read_text_file(folder / "a.zip"), "old");
}

TEST(Zip, RefusesBadNames) {
  const TemporaryFolder folder;
  ZipWriter zip(folder / "a.zip");
  zip.add("a", {});
  for (const std::string& name :
       {std::string("a"), std::string(), std::string("/a"), std::string("../a"),
        std::string("a/.."), std::string("a\\b"), std::string(70'000, 'x')})
    EXPECT_THROW(zip.add(name, {}), UsageError) << name.substr(0, 20);
  zip.add("a..b", {});
  zip.finish();
  EXPECT_EQ(ZipReader(folder / "a.zip").names(), (std::vector<std::string>{"a", "a..b"}));
}

TEST(Zip, DamagedContentsFailTheirChecksum) {
  const TemporaryFolder folder;
  const Bytes good = sample_archive();
  const Bytes wanted = noise(100);
  Bytes bad = good;
  const auto at = std::search(bad.begin(), bad.end(), wanted.begin(), wanted.end());
  ASSERT_NE(at, bad.end());
  *at ^= std::byte{1};
  overwrite(folder / "bad", bad);
  expect_data_error(read_all, folder / "bad", "checksum");
}

void put_u32(Bytes& bytes, std::size_t at, std::uint32_t value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

TEST(Zip, DeclaredSizesAreNotBelieved) {
  const TemporaryFolder folder;
  const Bytes good = sample_archive();
  const std::size_t entry = directory_of(good);
  Bytes bomb = good;  // the deflated entry claims 4 GB
  put_u32(bomb, entry + 24, 0xfffffff0u);
  overwrite(folder / "bomb", bomb);
  expect_data_error(read_all, folder / "bomb", "cannot hold the declared 4294967280");
  Bytes longer = good;
  put_u32(longer, entry + 24, 5001);
  overwrite(folder / "longer", longer);
  expect_data_error(read_all, folder / "longer", "declared 5001");
  Bytes shorter = good;
  put_u32(shorter, entry + 24, 4999);
  overwrite(folder / "shorter", shorter);
  expect_data_error(read_all, folder / "shorter", "declared 4999");
  Bytes many = good;  // the end record claims 65534 entries
  many[many.size() - 12] = std::byte{0xfe};
  many[many.size() - 11] = std::byte{0xff};
  overwrite(folder / "many", many);
  expect_data_error(read_all, folder / "many", "65534 entries");
}

TEST(Zip, OverlappingEntriesAreRefused) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  {
    ZipWriter zip(path);
    zip.add("a", noise(50));
    zip.add("b", noise(50));
    zip.finish();
  }
  Bytes bad = read_file(path);
  const std::size_t first = directory_of(bad), second = first + 46 + 1;
  put_u32(bad, second + 42, 0);       // both at the first one's place,
  bad[second + 46] = std::byte{'a'};  // under its name
  overwrite(path, bad);
  expect_data_error(read_all, path, "twice");
  // Under a name of its own it needs a local header of its own, inside of another entry.
  Bytes inner = read_file(path);
  std::string local("PK\x03\x04", 4);
  local += std::string(22, '\0') + std::string("\x01\0\0\0b", 5);
  std::memcpy(inner.data() + 31, local.data(), local.size());
  put_u32(inner, second + 42, 31);
  put_u32(inner, second + 20, 5);
  put_u32(inner, second + 24, 5);
  inner[second + 46] = std::byte{'b'};
  overwrite(path, inner);
  expect_data_error(read_all, path, "overlap");
}

TEST(Zip, SurvivesDamage) { EXPECT_EQ(attack(sample_archive(), read_all), 0); }

}  // namespace
}  // namespace lsk3d
