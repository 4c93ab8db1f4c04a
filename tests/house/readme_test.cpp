// SPDX-License-Identifier: MIT
// The README names files that exist, shows code that compiles and leaves no figure open.
#include "readme.h"

#include <gtest/gtest.h>

namespace lsk3d::house {
namespace {

namespace fs = std::filesystem;

/// Everything between `open` and `close` on one line.
std::vector<std::string> between(const std::string& text, const std::string& open, const std::string& close) {
  std::vector<std::string> found;
  for (const std::string& line : lines_of(text)) {
    for (std::size_t at = 0; (at = line.find(open, at)) != std::string::npos;) {
      at += open.size();
      const auto end = line.find(close, at);
      if (end == std::string::npos) break;
      found.push_back(line.substr(at, end - at));
      at = end + close.size();
    }
  }
  return found;
}

TEST(Readme, NamesFilesThatExist) {
  const std::string text = readme();
  ASSERT_FALSE(text.empty());
  std::vector<std::string> paths;
  for (const std::string& target : between(text, "](", ")"))
    if (target.find("://") == std::string::npos && !target.starts_with("#")) paths.push_back(target);
  for (const std::string& code : between(text, "`", "`"))
    for (const char* folder : {"configs/", "tools/", "tests/", "include/", "src/", "third_party/", "cuda/"})
      if (code.starts_with(folder) && code.find_first_of(" <*…") == std::string::npos) paths.push_back(code);
  EXPECT_GT(paths.size(), 5u);
  for (const std::string& path : paths)
    EXPECT_TRUE(fs::exists(fs::path(LSK3D_SOURCE_DIR) / path)) << "README.md names " << path;
}

TEST(Readme, ShowsTheExampleThatIsBuilt) {
  const std::string text = readme(), fence = "```cpp\n";
  const auto begin = text.find(fence), end = text.find("```\n", begin + fence.size());
  ASSERT_NE(end, std::string::npos);
  std::ifstream in(fs::path(LSK3D_SOURCE_DIR) / "tests/package/consumer/label_scan.cpp");
  std::string licence;
  std::getline(in, licence);
  std::ostringstream code;
  code << in.rdbuf();
  EXPECT_EQ(text.substr(begin + fence.size(), end - begin - fence.size()), code.str());
}

TEST(Readme, HasNoFigureLeftOpen) {
  EXPECT_EQ(readme().find("TODO"), std::string::npos);
}

}  // namespace
}  // namespace lsk3d::house
