// SPDX-License-Identifier: MIT
#include "text_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lsk3d {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double parse(std::string_view word) {
  double value = -12345;
  EXPECT_TRUE(parse_number(word, value)) << word;
  return value;
}

TEST(TextNumbers, AreReadAsProgramsPrintThem) {
  EXPECT_EQ(parse("1.5"), 1.5);
  EXPECT_EQ(parse("+1.0"), 1.0);
  EXPECT_EQ(parse("-.5e-1"), -0.05);
  EXPECT_EQ(parse("7."), 7);
  EXPECT_EQ(parse("1E3"), 1000);
  EXPECT_EQ(parse("4294967295"), 4294967295.0);
  for (const char* word :
       {"nan", "-nan", "NaN", "NAN", "+nan", "nan(ind)", "-nan(ind)", "nan(snan)", "1.#QNAN",
        "1.#QNAN0", "-1.#IND", "-1.#IND00", "1.#SNAN", "1.#qnan"})
    EXPECT_TRUE(std::isnan(parse(word))) << word;
  for (const char* word : {"inf", "+inf", "Infinity", "1.#INF", "1.#INF00", "+1.#INF"})
    EXPECT_EQ(parse(word), kInfinity) << word;
  for (const char* word : {"-inf", "-1.#INF", "-1.#INF000"}) EXPECT_EQ(parse(word), -kInfinity);
}

TEST(TextNumbers, BeyondADoubleAreInfiniteOrZero) {
  EXPECT_EQ(parse("1e400"), kInfinity);
  EXPECT_EQ(parse("-1e400"), -kInfinity);
  EXPECT_EQ(parse("1e-400"), 0);
  EXPECT_EQ(parse("0.0001e-99999999999999999999"), 0);
  EXPECT_EQ(parse("1e99999999999999999999"), kInfinity);
  EXPECT_EQ(parse("0." + std::string(500, '0') + "1e-10"), 0);
  EXPECT_EQ(parse("0." + std::string(500, '0') + "1e+900"), kInfinity);
  EXPECT_EQ(parse("1" + std::string(400, '0')), kInfinity);
  EXPECT_EQ(parse("1" + std::string(400, '0') + ".5e-800"), 0);
}

TEST(TextNumbers, AreNoOtherWords) {
  double value = 0;
  for (const char* word : {"", "x", "1,5", "1.5x", "--1", "+-1", "+", "0x10", "1.#", "1.#FOO",
                           "1.#INFx", "2.#INF", "1e", "1 ", "1.5f"})
    EXPECT_FALSE(parse_number(word, value)) << word;
}

}  // namespace
}  // namespace lsk3d
