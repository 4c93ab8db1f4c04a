// SPDX-License-Identifier: MIT
#include "lzf.h"

#include "io/hostile.h"

namespace lsk3d {
namespace {

using namespace testing_support;

TEST(Lzf, CopiesMayOverlapAndBoundsHold) {
  const auto unpack = [](const std::string& packed, std::uint64_t size) {
    return lzf_unpack(to_bytes(packed), size, "test");
  };
  // "a" once, then 264 more from 1 back (the longest copy), then 3 from 265 back.
  const std::string packed = std::string("\0a", 2) + std::string("\xe0\xff\0", 3) + "\x21\x08";
  EXPECT_EQ(unpack(packed, 268), Bytes(268, std::byte{'a'}));
  EXPECT_EQ(unpack("", 0), Bytes());
  EXPECT_THROW(unpack(packed, 267), DataError);
  EXPECT_THROW(unpack(packed, 269), DataError);
  EXPECT_THROW(unpack(std::string("\0a\x20\x01", 4), 4), DataError);  // before the start
  EXPECT_THROW(unpack("\x05"
                      "ab",
                      6),
               DataError);                                          // literals cut short
  EXPECT_THROW(unpack(std::string("\0a\xe0", 3), 268), DataError);  // copy cut short
  EXPECT_THROW(unpack("\x01", ~0ull), DataError);
}

}  // namespace
}  // namespace lsk3d
