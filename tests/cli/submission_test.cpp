// SPDX-License-Identifier: MIT
// The archive for the benchmark: complete by the server's rules, or none at all.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/benchmark_rules.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliSubmission : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_submission");
    write_tiny_dataset(data(), {{0, 1}, {8, 1}}, 200);
    for (int sequence = 11; sequence <= 21; ++sequence)
      write_tiny_dataset(data(), {{sequence, sequence == 13 ? 3 : 1}}, 100 + sequence);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out", at("run"),
                   "--set", "train.epochs=1", "--set", "data.test=[11:21]", "--quiet"});
    packed_ = predict({"--data", data(), "--submission", at("complete.zip")});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override {
    ASSERT_TRUE(ok(made_));
    ASSERT_TRUE(ok(packed_));
  }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string data() { return at("data"); }
  static ProcessResult predict(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"predict", "--checkpoint", at("run/last.safetensors"),
                                       "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }
  /// A copy of the data set.
  static std::string copied(const std::string& name) {
    fs::copy(data(), at(name), fs::copy_options::recursive);
    return at(name);
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_, packed_;
};
std::unique_ptr<ScratchFolder> CliSubmission::folder_;
ProcessResult CliSubmission::made_, CliSubmission::packed_;

TEST_F(CliSubmission, ACompleteOneKeepsTheBenchmarksRules) {
  EXPECT_EQ(benchmark_refusal(at("complete.zip"), data()), "");
  // 1 + 11 * 2 folders and 13 scans, nothing else.
  EXPECT_EQ(ZipReader(at("complete.zip")).names().size(), 36u);
}

TEST_F(CliSubmission, TheRulesNoticeDamage) {
  using Contents = std::vector<std::byte>;
  /// Copies the archive; `change` returns false for entries to leave out.
  const auto damaged = [](const std::string& name,
                          const std::function<bool(const std::string&, Contents&)>& change) {
    const ZipReader whole(at("complete.zip"));
    ZipWriter copy(at(name));
    for (const ZipEntry& entry : whole.entries()) {
      Contents bytes = entry.is_directory() ? Contents() : whole.read(entry.name);
      if (!change(entry.name, bytes)) continue;
      if (entry.is_directory()) copy.add_directory(entry.name.substr(0, entry.name.size() - 1));
      else copy.add(entry.name, bytes);
    }
    copy.finish();
    return benchmark_refusal(at(name), data());
  };
  const std::string scan = "sequences/13/predictions/000001.label";
  const auto intact = [](const std::string&, Contents&) { return true; };
  EXPECT_EQ(damaged("same.zip", intact), "");
  EXPECT_TRUE(contains(damaged("name.ZIP", intact), ".zip"));
  EXPECT_TRUE(contains(damaged("folders.zip", [](const std::string& name,
                                                 Contents&) { return !name.ends_with('/'); }),
                       "sequences/"));
  EXPECT_TRUE(contains(
      damaged("sequence.zip", [](const std::string& name,
                                 Contents&) { return !name.starts_with("sequences/21/"); }),
      "sequences/21/"));
  EXPECT_TRUE(contains(
      damaged("scan.zip", [&](const std::string& name, Contents&) { return name != scan; }), scan));
  EXPECT_TRUE(contains(damaged("short.zip",
                               [&](const std::string& name, Contents& bytes) {
                                 if (name == scan) bytes.resize(bytes.size() - 4);
                                 return true;
                               }),
                       "points"));
  EXPECT_TRUE(contains(damaged("training_ids.zip",
                               [&](const std::string& name, Contents& bytes) {
                                 if (name == scan) bytes[4] = std::byte{9};
                                 return true;
                               }),
                       "id 9"));
}

TEST_F(CliSubmission, AnIncompleteOneIsRefusedBeforeTheWorkUnlessAskedFor) {
  const std::string part = copied("part");
  fs::remove_all(part + "/sequences/17");
  EXPECT_TRUE(
      fails(predict({"--data", part, "--submission", at("part.zip"), "--out", at("part_out")}), 3,
            {"--submission", "17", "--incomplete-submission"}));
  EXPECT_FALSE(fs::exists(at("part.zip")));
  EXPECT_FALSE(fs::exists(at("part_out")));
  ASSERT_TRUE(
      ok(predict({"--data", part, "--submission", at("part.zip"), "--incomplete-submission"})));
  EXPECT_TRUE(contains(benchmark_refusal(at("part.zip"), data()), "sequences/17/"));
  EXPECT_TRUE(
      fails(predict({"--data", data(), "--sequences", "08,11", "--submission", at("two.zip")}), 3,
            {"12, 13", "--incomplete-submission"}));
  // Another split is no submission, but an archive like one, complete in itself.
  ASSERT_TRUE(ok(predict({"--data", data(), "--split", "valid", "--submission", at("valid.zip")})));
  EXPECT_EQ(ZipReader(at("valid.zip")).names().size(), 4u);
  ASSERT_TRUE(
      ok(predict({"--data", data(), "--sequences", "08,11:21", "--submission", at("more.zip")})));
  EXPECT_EQ(benchmark_refusal(at("more.zip"), data()), "");
  const ProcessResult loud =
      lsk3d({"predict", "--checkpoint", at("run/last.safetensors"), "--data", part, "--submission",
             at("loud.zip"), "--incomplete-submission"});
  ASSERT_TRUE(ok(loud));
  EXPECT_TRUE(contains(loud.err, "lacks sequences 17")) << loud.err;
}

TEST_F(CliSubmission, OneBadScanLeavesNoArchive) {
  const std::string bad = copied("bad");
  const std::vector<float> nowhere(400, std::numeric_limits<float>::quiet_NaN());
  write_bytes(bad + "/sequences/13/velodyne/000001.bin", nowhere.data(), 1600);
  // With a folder for the predictions the rest is done, and said.
  const ProcessResult rest =
      predict({"--data", bad, "--submission", at("bad.zip"), "--out", at("bad_out")});
  EXPECT_EQ(rest.exit_code, 3);
  for (const char* part : {"13/velodyne/000001.bin", "1 of 13 scans", "bad.zip"})
    EXPECT_TRUE(contains(rest.err, part)) << part << " in " << rest.err;
  EXPECT_FALSE(fs::exists(at("bad.zip")));
  EXPECT_TRUE(fs::exists(at("bad_out/sequences/21/predictions/000000.label")));
  // Without one nothing would be left of it.
  EXPECT_TRUE(fails(predict({"--data", bad, "--submission", at("bad.zip")}), 3,
                    {"13/velodyne/000001.bin"}));
  EXPECT_FALSE(fs::exists(at("bad.zip")));
  const ProcessResult asked =
      predict({"--data", bad, "--submission", at("bad.zip"), "--incomplete-submission"});
  EXPECT_EQ(asked.exit_code, 3);
  EXPECT_TRUE(contains(benchmark_refusal(at("bad.zip"), data()), "13/predictions/000001.label"));
  for (const auto& item : fs::directory_iterator(folder_->path()))
    EXPECT_FALSE(contains(item.path().string(), ".tmp.")) << item.path();
}

TEST_F(CliSubmission, AResumedRunKeepsWhatIsThereAndPacksIt) {
  ASSERT_TRUE(ok(predict({"--data", data(), "--out", at("begun"), "--sequences", "11:13"})));
  const std::string first = at("begun/sequences/11/predictions/000000.label");
  std::string marked = read_bytes(first);
  marked[0] = marked[0] == 10 ? 40 : 10;
  write_text(first, marked);
  write_text(at("begun/sequences/12/predictions/000000.label"),
             marked.substr(4));  // not this scan's
  const ProcessResult rest = predict(
      {"--data", data(), "--out", at("begun"), "--resume", "--submission", at("begun.zip")});
  ASSERT_TRUE(ok(rest));
  EXPECT_TRUE(contains(rest.out, "9 scans (4 more there already)")) << rest.out;
  EXPECT_EQ(read_bytes(first), marked);
  EXPECT_EQ(benchmark_refusal(at("begun.zip"), data()), "");
  // Without the word everything is done anew; ids of another kind are no prediction to keep.
  marked[0] = 9;
  write_text(first, marked);
  EXPECT_TRUE(fails(predict({"--data", data(), "--out", at("begun"), "--resume"}), 3,
                    {"11/predictions/000000.label", "raw label 9"}));
  ASSERT_TRUE(ok(predict({"--data", data(), "--out", at("begun")})));
  EXPECT_NE(read_bytes(first), marked);
  EXPECT_TRUE(fails(predict({"--data", data(), "--resume", "--submission", at("no.zip")}), 2,
                    {"--resume", "--out"}));
}

TEST_F(CliSubmission, NamesAndIdsThatTheServerRefusesAreErrors) {
  EXPECT_TRUE(fails(predict({"--data", data(), "--submission", at("x.tar")}), 2,
                    {"--submission", "x.tar", ".zip"}));
  std::string map =
      read_bytes(std::string(LSK3D_SOURCE_DIR) + "/configs/label_maps/semantic_kitti.yaml");
  map.replace(map.find("raw: 40,"), 8, "raw: 41,");
  write_text(at("own.yaml"), map + "  41: 9\n");
  EXPECT_TRUE(
      fails(predict({"--data", data(), "--submission", at("y.zip"), "--label-map", at("own.yaml")}),
            2, {"41", "SemanticKITTI"}));
  EXPECT_FALSE(fs::exists(at("y.zip")));
}

}  // namespace
}  // namespace lsk3d::testing_support
