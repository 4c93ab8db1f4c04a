// SPDX-License-Identifier: MIT
#include "lsk3d/data/sequence_names.h"

#include <gtest/gtest.h>

#include "expect_error.h"
#include "lsk3d/core/error.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;

using Names = std::vector<std::string>;

TEST(SequenceNames, NamesAndRanges) {
  EXPECT_EQ(parse_sequence_names("03", "x"), Names{"03"});
  EXPECT_EQ(parse_sequence_names("03, 9:11,city_1", "x"), (Names{"03", "9", "10", "11", "city_1"}));
  EXPECT_EQ(parse_sequence_names("08:10", "x"), (Names{"08", "09", "10"}));
}

TEST(SequenceNames, WhatIsNeitherIsNamed) {
  for (const char* wrong : {"", "1,", "..", "a/b", "1:", "5:3", "a:b", "0:999999999", "1:2:3"})
    expect_error<UsageError>([&] { parse_sequence_names(wrong, "--sequences"); }, {"--sequences"});
}

TEST(SequenceNames, ANumberFindsTheFolderThatIsTheSameNumber) {
  const Names folders{"00", "08", "100", "city", "00007"};
  EXPECT_EQ(find_sequence("8", folders), "08");
  EXPECT_EQ(find_sequence("0", folders), "00");
  EXPECT_EQ(find_sequence("7", folders), "00007");
  EXPECT_EQ(find_sequence("city", folders), "city");
  EXPECT_EQ(find_sequence("9", folders), "");
  EXPECT_EQ(find_sequence("town", folders), "");
  EXPECT_EQ(find_sequence("08", {"8", "08"}), "08");
  expect_error<UsageError>([] { find_sequence("8", {"08", "008"}); }, {"08", "008"});
}

}  // namespace
}  // namespace lsk3d
