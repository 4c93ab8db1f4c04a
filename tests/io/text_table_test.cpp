// SPDX-License-Identifier: MIT
#include "lsk3d/io/text_table.h"

#include <gtest/gtest.h>

#include "lsk3d/core/error.h"

namespace lsk3d {
namespace {

TEST(TextTable, AlignsFirstColumnLeftAndOthersRight) {
  TextTable table({"class", "IoU %", "n"});
  table.add({"car", "91.25", "12"});
  table.add({"motorcyclist", "-", "3"});
  EXPECT_EQ(table.to_string(),
            "class         IoU %   n\n"
            "-----------------------\n"
            "car           91.25  12\n"
            "motorcyclist      -   3\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  TextTable table({"ä", "±"});
  table.add({"bb", "10±1"});
  EXPECT_EQ(table.to_string(), "ä      ±\n--------\nbb  10±1\n");
}

TEST(TextTable, LeavesNoTrailingSpaces) {
  TextTable table({"name", ""});
  table.add({"a", ""});
  EXPECT_EQ(table.to_string(), "name\n------\na\n");
}

TEST(TextTable, RefusesRowsOfAnotherLength) {
  TextTable table({"a", "b"});
  EXPECT_THROW(table.add({"1"}), UsageError);
  EXPECT_THROW(table.add({"1", "2", "3"}), UsageError);
  EXPECT_THROW(TextTable({}), UsageError);
}

}  // namespace
}  // namespace lsk3d
