// SPDX-License-Identifier: MIT
// The README lists the verbs and configuration keys that the program has, and no others.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "readme.h"

namespace lsk3d::house {
namespace {

/// First cell of every row of a chapter's tables that is a `name` in backticks.
std::set<std::string> first_names(const std::string& title) {
  std::set<std::string> names;
  for (const std::string& line : chapter(title))
    if (line.starts_with("| `")) names.insert(line.substr(3, line.find_first_of("` ", 3) - 3));
  return names;
}

std::string output_of(const std::string& arguments) {
  const std::string command = "\"" + std::string(LSK3D_CLI) + "\" " + arguments + " 2>/dev/null";
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return text;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

/// The verbs that `lsk3d --help` lists.
std::set<std::string> verbs() {
  std::set<std::string> names;
  bool inside = false;
  for (const std::string& line : lines_of(output_of("--help"))) {
    if (line == "Subcommands:" || line == "SUBCOMMANDS:") inside = true;
    else if (inside && line.starts_with("  ") && line.size() > 2 && line[2] != ' ')
      names.insert(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

TEST(Readme, ListsTheVerbsTheProgramHas) {
  const std::set<std::string> has = verbs(), told = first_names("Command line");
  EXPECT_GT(has.size(), 5u);
  for (const std::string& verb : has) EXPECT_TRUE(told.contains(verb)) << "README.md lacks lsk3d " << verb;
  for (const std::string& verb : told) EXPECT_TRUE(has.contains(verb)) << "there is no lsk3d " << verb;
}

TEST(Readme, ListsTheKeysOfAConfiguration) {
  std::string section;
  int keys = 0;
  for (const std::string& line : lines_of(output_of("config print"))) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || line[0] == '#') continue;
    if (line[0] != ' ') {
      section = line.substr(0, colon);
      continue;
    }
    const auto begin = line.find_first_not_of(' ');
    const std::string key = section + "." + line.substr(begin, colon - begin);
    if (key.find_first_of("-[{ ") != std::string::npos) continue;
    ++keys;
    bool told = false;
    for (const std::string& row : chapter("Configuration"))
      told = told || row.find("`" + key + "`") != std::string::npos;
    EXPECT_TRUE(told) << "README.md lacks the key " << key;
  }
  EXPECT_GT(keys, 20);
}

}  // namespace
}  // namespace lsk3d::house
