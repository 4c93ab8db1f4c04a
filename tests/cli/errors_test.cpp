// SPDX-License-Identifier: MIT
// Every mistake ends in one line that names the thing, and in the right exit code.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliErrors : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_errors");
    write_tiny_dataset(at("data"), {{0, 1}, {8, 1}}, 100);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                   at("run"), "--set", "train.epochs=1", "--quiet"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string model() { return at("run/last.safetensors"); }
  static std::string scan() { return at("data/sequences/08/velodyne/000000.bin"); }
  static ProcessResult train(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"train",    "--config", tiny_config_path(), "--data",
                                       at("data"), "--out",    at("new")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }
  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
};
std::unique_ptr<ScratchFolder> CliErrors::folder_;
ProcessResult CliErrors::made_;

TEST_F(CliErrors, UnknownVerbsOptionsAndKeysAreNamed) {
  EXPECT_TRUE(fails(lsk3d({"trian"}), 2, {"'trian'", "did you mean 'train'"}));
  EXPECT_TRUE(fails(lsk3d({"data", "chek", "x"}), 2, {"'chek'", "did you mean 'check'"}));
  EXPECT_TRUE(fails(lsk3d({}), 2, {"--help"}));
  EXPECT_TRUE(fails(lsk3d({"eval", "--chekpoint", "x", "--data", "y"}), 2, {"eval"}));
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", "x", "--data", "y", "--vote", "2"}), 2,
                    {"--vote", "did you mean '--votes'"}));
  EXPECT_TRUE(fails(lsk3d({"eval", "--data", "y"}), 2, {"--checkpoint"}));
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", "x", "--data", "y", "--votes", "many"}), 2,
                    {"--votes", "many"}));
  EXPECT_TRUE(
      fails(train({"--set", "train.epoch=3"}), 2, {"train.epoch", "did you mean 'epochs'"}));
  EXPECT_TRUE(fails(train({"--set", "train.lr=quick"}), 2, {"train.lr", "quick"}));
  write_text(at("bad.yaml"), "train:\n  lr: 0.1\n  momentom: 0.9\n");
  EXPECT_TRUE(fails(lsk3d({"config", "print", at("bad.yaml")}), 2,
                    {"bad.yaml:3", "momentom", "did you mean 'momentum'"}));
  EXPECT_FALSE(fs::exists(at("new/last.safetensors")));
}

TEST_F(CliErrors, MissingFilesAndFoldersAreNamed) {
  EXPECT_TRUE(
      fails(lsk3d({"train", "--config", at("none.yaml"), "--data", at("data"), "--out", at("new")}),
            3, {"none.yaml"}));
  EXPECT_TRUE(fails(
      lsk3d({"train", "--config", tiny_config_path(), "--data", at("nodata"), "--out", at("new")}),
      3, {"nodata"}));
  EXPECT_TRUE(fails(train({"--set", "data.train=[5]"}), 3, {"sequence 5"}));
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", at("none.safetensors"), "--data", at("data")}),
                    3, {"none.safetensors"}));
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", model(), "--input", at("none.bin"),
                           "--output", at("o.label")}),
                    3, {"none.bin"}));
  EXPECT_TRUE(fails(lsk3d({"inspect", at("none.bin")}), 3, {"none.bin"}));
  write_text(at("file"), "");
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", model(), "--input", scan(), "--output",
                           at("file/o.label")}),
                    3, {"file"}));
}

TEST_F(CliErrors, WrongCombinationsAndValuesAreNamed) {
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", model()}), 2, {"--input", "--data"}));
  EXPECT_TRUE(
      fails(lsk3d({"predict", "--checkpoint", model(), "--input", scan()}), 2, {"--output"}));
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", model(), "--data", at("data"), "--split",
                           "tset", "--out", at("p")}),
                    2, {"--split", "tset"}));
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", model(), "--input", scan(), "--output",
                           at("o.label"), "--outside", "maybe"}),
                    2, {"--outside"}));
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("data"), "--protocol", "mine"}), 2,
            {"mine", "api"}));
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("data"), "--votes", "0"}),
                    2, {"--votes"}));
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("data"), "--device", "tpu"}), 2,
            {"--device", "tpu"}));
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("data"), "--threads", "-3"}), 2,
            {"--threads"}));
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("data"), "--precision", "f16"}), 2,
            {"--precision"}));
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--checkpoint", model(), "--data", at("data"), "--log-level", "loud"}),
            2, {"loud"}));
}

TEST_F(CliErrors, BrokenModelFilesAreRefused) {
  const std::string bytes = read_bytes(model());
  for (const std::size_t keep :
       {std::size_t{0}, std::size_t{7}, std::size_t{500}, bytes.size() - 1}) {
    write_bytes(at("cut.safetensors"), bytes.data(), keep);
    EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", at("cut.safetensors"), "--data", at("data")}),
                      3, {"cut.safetensors"}))
        << keep;
    EXPECT_TRUE(fails(lsk3d({"inspect", at("cut.safetensors")}), 3, {"cut.safetensors"})) << keep;
  }
  write_text(at("text.safetensors"), "this is no safetensors file, not even nearly");
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", at("text.safetensors"), "--input", scan(),
                           "--output", at("o.label")}),
                    3, {"text.safetensors"}));
  const std::string foreign = golden_path("syn_k5_h8/model.safetensors");
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", foreign, "--data", at("data")}), 3,
                    {"model.safetensors", "lsk3d import"}));
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--checkpoint", at("run/last.state.safetensors"), "--data", at("data")}),
            3, {"last.state.safetensors"}));
  // A folder where a file belongs.
  EXPECT_TRUE(
      fails(lsk3d({"eval", "--checkpoint", at("run"), "--data", at("data")}), 3, {at("run")}));
}

TEST_F(CliErrors, AModelFileOfAnotherKindIsCalledByItsName) {
  const std::string official = golden_path("pt/small_zip.pt");
  write_bytes(at("official.safetensors"), read_bytes(official).data(), read_bytes(official).size());
  write_text(at("page.safetensors"), "<!DOCTYPE html><html><body>404</body></html>");
  for (const auto& [file, part] : {std::pair{official, "lsk3d import --input " + official},
                                   {at("official.safetensors"), "a PyTorch checkpoint"},
                                   {at("page.safetensors"), "a web page"}}) {
    EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", file, "--input", scan(), "--output",
                             at("o.label")}),
                      3, {file.c_str(), part.c_str()}));
    EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", file, "--data", at("data")}), 3,
                      {file.c_str(), part.c_str()}));
    EXPECT_TRUE(fails(lsk3d({"export", "--checkpoint", file, "--out", at("x.safetensors")}), 3,
                      {file.c_str(), part.c_str()}));
  }
  EXPECT_TRUE(fails(lsk3d({"inspect", at("official.safetensors")}), 3, {"lsk3d import"}));
  EXPECT_TRUE(fails(lsk3d({"import", "--input", at("page.safetensors"), "--config",
                           tiny_config_path(), "--out", at("x.safetensors")}),
                    3, {"a PyTorch checkpoint, found a web page"}));
}

TEST_F(CliErrors, LabelsThatDoNotFitAreNamed) {
  write_tiny_dataset(at("short"), {{0, 1}, {8, 1}}, 100);
  write_text(at("short/sequences/00/labels/000000.label"), "12345678");
  EXPECT_TRUE(fails(lsk3d({"train", "--config", tiny_config_path(), "--data", at("short"), "--out",
                           at("new2"), "--quiet"}),
                    3, {"000000.label", "100", "2"}));
  write_tiny_dataset(at("strange"), {{0, 1}, {8, 1}}, 100);
  const std::vector<std::uint32_t> ids(100, 77);  // no such id
  write_bytes(at("strange/sequences/00/labels/000000.label"), ids.data(), 400);
  EXPECT_TRUE(fails(lsk3d({"train", "--config", tiny_config_path(), "--data", at("strange"),
                           "--out", at("new3"), "--quiet"}),
                    3, {"000000.label", "77"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
