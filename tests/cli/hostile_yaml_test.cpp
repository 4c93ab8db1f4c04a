// SPDX-License-Identifier: MIT
// YAML made to eat time and memory is refused in one line, wherever YAML is read, before it has.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "cli/expect.h"
#include "cli/process.h"
#include "lsk3d/io/safetensors.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string all;
  all.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// Ten lists, each of ten times the one before: 10^10 values if written out.
std::string alias_bomb() {
  std::string text = "a0: &a0 [" + repeated("lol, ", 9) + "lol]\n";
  for (int level = 1; level < 10; ++level) {
    const std::string alias = "*a" + std::to_string(level - 1);
    text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" +
            repeated(alias + ", ", 9) + alias + "]\n";
  }
  return text;
}

constexpr int kDeep = 200000;

class CliHostileYaml : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_hostile_yaml");
    write_tiny_dataset(at("data"), {{0, 1}, {8, 1}}, 100);
    usual_ = lsk3d({"config", "print", tiny_config_path()});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(usual_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }

  /// Within 1 s and 100 MB; or a few times of what the same binary takes for a sound file, where it
  /// is built to watch its own memory.
  static void expect_refused(const std::vector<std::string>& arguments, int exit_code,
                             const std::string& file) {
    constexpr unsigned kMostSeconds = 20;  // so that a fault here does not take the machine along
    const ProcessResult result = lsk3d(arguments, 0, kMostSeconds);
    EXPECT_TRUE(fails(result, exit_code, {file})) << arguments[0];
    EXPECT_LT(result.err.size(), 500u) << result.err;
    EXPECT_LT(result.cpu_seconds, std::max(1.0, 10 * usual_.cpu_seconds));
    EXPECT_LT(result.peak_bytes, std::max<std::int64_t>(100'000'000, 4 * usual_.peak_bytes));
  }

  /// Wherever a configuration or a label map is named.
  static void expect_refused_everywhere(const std::string& name, const std::string& text) {
    SCOPED_TRACE(name);
    write_text(at(name), text);
    const std::vector<std::string> train{"train",    "--data", at("data"),
                                         "--out",    at("run"), "--config"};
    const auto with = [](std::vector<std::string> arguments, const std::vector<std::string>& more) {
      arguments.insert(arguments.end(), more.begin(), more.end());
      return arguments;
    };
    expect_refused({"config", "print", at(name)}, 2, name);
    expect_refused(with(train, {at(name)}), 2, name);
    expect_refused(with(train, {tiny_config_path(), "--set", "data.label_map=" + at(name)}), 3, name);
    expect_refused({"data", "check", at("data"), "--label-map", at(name)}, 3, name);
    expect_refused({"inspect", at(name)}, 2, name);
    write_text(at("based.yaml"), "base: " + name + "\n");
    expect_refused({"config", "print", at("based.yaml")}, 2, name);
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult usual_;
};
std::unique_ptr<ScratchFolder> CliHostileYaml::folder_;
ProcessResult CliHostileYaml::usual_;

TEST_F(CliHostileYaml, AliasesThatMultiply) {
  expect_refused_everywhere("bomb.yaml", alias_bomb());
  expect_refused_everywhere("inside.yaml", alias_bomb() + "model:\n  scales: *a9\n");
}

TEST_F(CliHostileYaml, ListsWithoutEnd) {
  expect_refused_everywhere("deep.yaml", "model: " + repeated("[", kDeep) + repeated("]", kDeep));
  expect_refused_everywhere("open.yaml", "model: " + repeated("[", kDeep));
}

TEST_F(CliHostileYaml, MapsAndBlocksWithoutEnd) {
  expect_refused_everywhere("maps.yaml",
                            repeated("{a: ", kDeep / 2) + "1" + repeated("}", kDeep / 2));
  expect_refused_everywhere("blocks.yaml", repeated("- ", kDeep) + "1\n");
  expect_refused_everywhere("keys.yaml", repeated("? ", kDeep) + "1\n");
}

TEST_F(CliHostileYaml, AlsoOnTheCommandLine) {
  expect_refused({"config", "print", tiny_config_path(), "--set",
                  "model.scales=" + repeated("[", 60000)},
                 2, "model.scales");
}

TEST_F(CliHostileYaml, AlsoInsideAModelFile) {
  ASSERT_TRUE(ok(lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                        at("sound"), "--set", "train.epochs=1", "--quiet"})));
  for (const char* entry : {"config", "label_map"})
    for (const std::string& text : {alias_bomb(), "model: " + repeated("[", kDeep)}) {
      TensorFile file = read_safetensors(at("sound/last.safetensors"));
      file.metadata[entry] = text;
      write_safetensors(at("model.safetensors"), file);
      expect_refused({"inspect", at("model.safetensors")}, 3, "model.safetensors");
      expect_refused({"eval", "--checkpoint", at("model.safetensors"), "--data", at("data")}, 3,
                     entry);
    }
}

}  // namespace
}  // namespace lsk3d::testing_support
