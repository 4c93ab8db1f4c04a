// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "io/hostile.h"
#include "lsk3d/io/yaml_scalar.h"
#include "lsk3d/io/yaml_tree.h"

namespace lsk3d {
namespace {

using namespace testing_support;
using Kind = YamlTree::Kind;

std::string message_of(const std::string& text) {
  try {
    parse_yaml(text, "a.yaml");
  } catch (const DataError& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  return "(no error)";
}

#define EXPECT_TELLS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "'" << (part) << "' is not in: " << (text)

std::string repeated(const std::string& part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Yaml, ValuesKnowTheirLines) {
  const YamlTree tree = parse_yaml("a: 1\nb:\n  c: [x, 'y']\n  d: ~\n", "a.yaml");
  ASSERT_EQ(tree.kind, Kind::map);
  EXPECT_EQ(tree.find("a")->scalar, "1");
  EXPECT_EQ(tree.find("a")->where(), "a.yaml:1");
  const YamlTree* b = tree.find("b");
  EXPECT_EQ(b->where(), "a.yaml:2");
  EXPECT_EQ(b->find("c")->items.at(1).scalar, "y");
  EXPECT_EQ(b->find("c")->found(), "a list of 2");
  EXPECT_EQ(b->find("d")->kind, Kind::none);
  EXPECT_EQ(b->find("e"), nullptr);
  EXPECT_EQ(parse_yaml("", "a.yaml").kind, Kind::none);
  EXPECT_EQ(parse_yaml("# nothing\n", "a.yaml").kind, Kind::none);
}

TEST(Yaml, NullHasItsSpellingsUnlessQuoted) {
  for (const char* word : {"~", "null", "Null", "NULL", ""})
    EXPECT_EQ(parse_yaml(std::string("a: ") + word, "a").find("a")->kind, Kind::none) << word;
  EXPECT_EQ(parse_yaml("a: 'null'", "a").find("a")->scalar, "null");
}

TEST(Yaml, AliasesAndMergeKeysAreExpanded) {
  const YamlTree tree = parse_yaml(
      "base: &b {x: 1, y: 2}\nmore: &m {z: 3, y: 9}\n"
      "one: *b\ntwo: {<<: *b, y: 5}\nthree:\n  <<: [*b, *m]\n  w: 0\nfour: {'<<': 1}\n",
      "a.yaml");
  EXPECT_EQ(tree.find("one")->find("x")->scalar, "1");
  EXPECT_EQ(tree.find("one")->where(), "a.yaml:3");
  EXPECT_EQ(tree.find("two")->find("x")->scalar, "1");
  EXPECT_EQ(tree.find("two")->find("y")->scalar, "5");
  EXPECT_EQ(tree.find("three")->find("y")->scalar, "2");
  EXPECT_EQ(tree.find("three")->find("z")->scalar, "3");
  EXPECT_EQ(tree.find("four")->find("<<")->scalar, "1");
  EXPECT_TELLS(message_of("a: {<<: 3}"), "a.yaml:1: <<: expected a section");
  EXPECT_TELLS(message_of("a: *none"), "a.yaml:1");
  EXPECT_TELLS(message_of("a: &a\n  - *a\n"), "a.yaml:2: expected an alias of something above");
}

TEST(Yaml, BrokenTextIsNamedWithItsLine) {
  EXPECT_TELLS(message_of("a: 1\nb: [1, 2\n"), "not valid YAML");
  EXPECT_TELLS(message_of("a: 1\nb: {c: 1,\n  c: 2}\n"), "a.yaml:3: key 'c' is given twice");
  EXPECT_TELLS(message_of("[1, 2]: 3"), "a.yaml:1: a key must be a plain word");
  EXPECT_TELLS(message_of("\"a\\nb\": 3"), "a key must be a plain word");
  EXPECT_TELLS(message_of("~: 3"), "a key must be a plain word");
}

/// Texts that unfold to far more than they hold.
std::vector<std::pair<std::string, std::string>> bombs() {
  std::string aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 10; ++i)
    aliases += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
               repeated("*a" + std::to_string(i - 1) + ", ", 10) + "]\n";
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 20000; ++i)
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
             "]\n";
  std::string many = "a:\n";
  for (int i = 0; i < 250000; ++i) many += "- 1\n";
  std::string keys;
  for (int i = 0; i < 110000; ++i) keys += std::to_string(i) + ":\n";
  return {
      {aliases, "at most 200000 values"},
      {chain, "at most 32 levels"},
      {"a: &a \"" + std::string(1 << 19, 'x') + "\"\nb: [" + repeated("*a, ", 1000) + "]",
       "4 MiB of text"},
      {repeated("[", 200000), "at most 32 levels"},
      {repeated("{a: ", 200000), "at most 32 levels"},
      {repeated("- ", 200000) + "x", "at most 32 levels"},
      {repeated("? ", 200000) + "x", "at most 32 levels"},
      {"a: " + repeated("[{b: ", 100000), "at most 32 levels"},
      {many, "at most 200000 values"},
      {keys, "at most 200000 values"},
      {std::string(2 << 20, '#'), "1 MiB"},
      {"a: \"" + std::string(2 << 20, 'x'), "1 MiB"},
  };
}

TEST(Yaml, WhatUnfoldsWithoutEndIsRefusedAtOnce) {
  for (const auto& [text, part] : bombs()) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string message = message_of(text);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_TELLS(message, part) << text.substr(0, 20);
    EXPECT_TELLS(message, "a.yaml");
    EXPECT_LT(message.size(), 300u) << message;
    EXPECT_LT(took.count(), 3.0) << text.substr(0, 20);  // 1 s where nothing else runs
  }
}

TEST(Yaml, LargeHonestTextIsRead) {
  std::string map = "raw:\n";
  for (int i = 0; i < 65536; ++i) map += "  " + std::to_string(i) + ": 1\n";
  EXPECT_EQ(parse_yaml(map, "a").find("raw")->entries.size(), 65536u);
  const std::string deep = repeated("[", 32) + repeated("]", 32);
  EXPECT_EQ(parse_yaml(deep, "a").items.size(), 1u);
}

TEST(Yaml, FilesAreReadUpToTheLimit) {
  const TemporaryFolder folder;
  const auto parse = [](const std::string& path) { parse_yaml(read_yaml_text(path), path); };
  overwrite(folder / "big.yaml", to_bytes(std::string(6 << 20, '#')));
  EXPECT_LT(read_yaml_text(folder / "big.yaml").size(), std::size_t{2} << 20);
  expect_data_error(parse, folder / "big.yaml", "1 MiB");
  overwrite(folder / "small.yaml", to_bytes("a: 1"));
  EXPECT_EQ(read_yaml_text(folder / "small.yaml"), "a: 1");
  expect_data_error(parse, folder / "none.yaml", "cannot open");
}

TEST(Yaml, BooleansHaveAllTheirSpellings) {
  for (const char* word : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
    EXPECT_EQ(yaml_bool(word), true) << word;
  for (const char* word :
       {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
    EXPECT_EQ(yaml_bool(word), false) << word;
  for (const char* word : {"", "tRUE", "oN", "1", "0", "maybe", "ye"})
    EXPECT_EQ(yaml_bool(word), std::nullopt) << word;
}

TEST(Yaml, NumbersAreTakenAsPeopleWriteThem) {
  const std::vector<std::pair<std::string, double>> numbers{
      {"8", 8},       {"+3", 3},     {"-3", -3},    {"1_000", 1000}, {".5", 0.5},
      {"5.", 5},      {"1e3", 1000}, {"1E-2", .01}, {"+.5", .5},     {"-1.5e+2", -150},
      {"0x1F", 31},   {"0o17", 15},  {"0b101", 5},  {"010", 10},     {"1_0.2_5", 10.25},
      {"0xF_F", 255}, {"-0x10", -16}};
  for (const auto& [text, value] : numbers) {
    ASSERT_TRUE(yaml_number(text).has_value()) << text;
    EXPECT_DOUBLE_EQ(*yaml_number(text), value) << text;
  }
  EXPECT_TRUE(std::isinf(*yaml_number("-.inf")));
  EXPECT_TRUE(std::isnan(*yaml_number(".NaN")));
  for (const char* text :
       {"",    "+",   "-",   "_1",       "1_", "1__", "++1", "1 000", "1,000", "0x",   "0xg",
        "0b2", "inf", "nan", "infinity", ".",  "e3",  "1e",  "1e999", "ten",   "1:30", "1m"})
    EXPECT_EQ(yaml_number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace lsk3d
