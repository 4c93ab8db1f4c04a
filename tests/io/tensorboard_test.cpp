// SPDX-License-Identifier: MIT
#include "lsk3d/io/tensorboard.h"

#include <cstring>
#include <limits>

#include "crc32c.h"
#include "io/hostile.h"

namespace lsk3d {
namespace {

using namespace testing_support;

TEST(Crc32c, MatchesRfc3720) {
  EXPECT_EQ(crc32c(to_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c(Bytes(32, std::byte{0})), 0x8a9136aau);
  EXPECT_EQ(crc32c(Bytes(32, std::byte{0xff})), 0x62a8ab43u);
  EXPECT_EQ(crc32c({}), 0u);
}

/// The records of a file, with their checksums checked.
std::vector<std::string> records(const std::string& path) {
  const Bytes bytes = read_file(path);
  std::vector<std::string> found;
  std::size_t at = 0;
  const auto u32 = [&](std::size_t where) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + where, 4);
    return value;
  };
  while (at + 16 <= bytes.size()) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, 8);
    EXPECT_EQ(u32(at + 8), masked_crc32c(std::span(bytes).subspan(at, 8)));
    EXPECT_LE(at + 16 + length, bytes.size());
    const auto data = std::span(bytes).subspan(at + 12, length);
    EXPECT_EQ(u32(at + 12 + length), masked_crc32c(data));
    found.emplace_back(reinterpret_cast<const char*>(data.data()), data.size());
    at += 16 + length;
  }
  EXPECT_EQ(at, bytes.size());
  return found;
}

std::string only_file(const TemporaryFolder& folder) {
  return std::filesystem::directory_iterator(folder.path())->path().string();
}

TEST(Tensorboard, WritesTheEventsByteForByte) {
  const TemporaryFolder folder;
  {
    TensorboardWriter events(folder.path());
    events.scalar("train/loss", 1.5, 300);
    events.scalar("x", std::numeric_limits<double>::max(), 1);
  }
  const std::string path = only_file(folder);
  EXPECT_NE(path.find("/events.out.tfevents."), std::string::npos) << path;
  const auto found = records(path);
  ASSERT_EQ(found.size(), 3u);
  // After the wall time (a key and eight bytes):
  EXPECT_EQ(found[0][0], '\x09');
  EXPECT_EQ(found[0].substr(9), std::string("\x10\0\x1a\x0d"
                                            "brain.Event:2",
                                            17));
  EXPECT_EQ(found[1].substr(9), std::string("\x10\xac\x02\x2a\x13\x0a\x11\x0a\x0a"
                                            "train/loss\x15\0\0\xc0\x3f",
                                            24));
  EXPECT_EQ(found[2].substr(found[2].size() - 4), std::string("\0\0\x80\x7f", 4));  // infinity
  double wall_time = 0;
  std::memcpy(&wall_time, found[1].data() + 1, 8);
  EXPECT_GT(wall_time, 1.6e9);
}

TEST(Tensorboard, FlushMakesScalarsVisibleAndWritersDoNotShareFiles) {
  const TemporaryFolder folder;
  TensorboardWriter first(folder.path()), second(folder.path());
  EXPECT_EQ(folder.files(), 2u);
  first.scalar("a", 0, -1);
  first.flush();
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder.path()))
    count += records(file.path().string()).size();
  EXPECT_EQ(count, 3u);
}

TEST(Tensorboard, NamesTheFolderItCannotMake) {
  const TemporaryFolder folder;
  overwrite(folder / "file", {});
  expect_data_error([](auto& p) { TensorboardWriter events(p); }, folder / "file/logs", "cannot");
}

}  // namespace
}  // namespace lsk3d
