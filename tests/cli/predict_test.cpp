// SPDX-License-Identifier: MIT
// What is labelled, under which names and ids.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>

#include "cli/expect.h"
#include "cli/process.h"
#include "lsk3d/io/folder_lock.h"
#include "lsk3d/io/npy.h"
#include "lsk3d/io/pcd.h"
#include "lsk3d/io/ply.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

class CliPredict : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_predict");
    write_tiny_dataset(data(), {{0, 2}, {3, 1}, {8, 2}, {11, 1}}, 300);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out", at("run"),
                   "--set", "train.epochs=1", "--quiet"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string data() { return at("data"); }
  static ProcessResult predict(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"predict", "--checkpoint", at("run/last.safetensors"),
                                       "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }

  /// a0.bin, a1.bin, … of 200 points.
  static void write_clouds(const std::string& folder, int count) {
    for (int i = 0; i < count; ++i) {
      const TinyScan scan = tiny_scan(static_cast<std::uint64_t>(i), 200);
      write_bytes(at(folder) + "/a" + std::to_string(i) + ".bin", scan.points.data(), 3200);
    }
  }
  static std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& item : fs::directory_iterator(at(folder)))
      names.push_back(item.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
};
std::unique_ptr<ScratchFolder> CliPredict::folder_;
ProcessResult CliPredict::made_;

TEST_F(CliPredict, SequencesAreThoseNamedWhateverTheConfigurationSays) {
  const ProcessResult named =
      predict({"--data", data(), "--sequences", "3,8", "--out", at("named")});
  ASSERT_TRUE(ok(named));
  EXPECT_TRUE(contains(named.out, "(label map semantic_kitti, sequences 03, 08)")) << named.out;
  EXPECT_TRUE(fs::exists(at("named/sequences/03/predictions/000000.label")));
  EXPECT_TRUE(fs::exists(at("named/sequences/08/predictions/000001.label")));
  EXPECT_FALSE(fs::exists(at("named/sequences/11")));
  EXPECT_TRUE(fails(predict({"--data", data(), "--sequences", "5", "--out", at("none")}), 3,
                    {"--sequences", "sequence 5"}));
  EXPECT_TRUE(fails(predict({"--data", data(), "--sequences", "3,5", "--out", at("none")}), 3,
                    {"--sequences", "sequence 5"}));
  EXPECT_FALSE(fs::exists(at("none")));
}

TEST_F(CliPredict, AnotherLabelMapGivesItsIds) {
  std::string map =
      read_bytes(std::string(LSK3D_SOURCE_DIR) + "/configs/label_maps/semantic_kitti.yaml");
  for (std::size_t at = 0; (at = map.find("raw: ", at)) != std::string::npos; at += 5)
    if (std::isdigit(static_cast<unsigned char>(map[at + 5])) && map[at + 5] != '0')
      map.insert(at + 5, "9");  // 40 -> 940
  map +=
      "  910: 1\n  911: 2\n  915: 3\n  918: 4\n  920: 5\n  930: 6\n  931: 7\n  932: 8\n"
      "  940: 9\n  944: 10\n  948: 11\n  949: 12\n  950: 13\n  951: 14\n  970: 15\n  971: 16\n"
      "  972: 17\n  980: 18\n  981: 19\n";
  write_text(at("mine.yaml"), map);
  const std::string scan = data() + "/sequences/08/velodyne/000000.bin";
  ASSERT_TRUE(
      ok(predict({"--input", scan, "--output", at("mine.label"), "--label-map", at("mine.yaml")})));
  ASSERT_TRUE(ok(predict({"--input", scan, "--output", at("own.label")})));
  const std::string mine = read_bytes(at("mine.label")), own = read_bytes(at("own.label"));
  ASSERT_EQ(mine.size(), 1200u);
  for (std::size_t i = 0; i < mine.size(); i += 4) {
    std::uint32_t a = 0, b = 0;
    std::memcpy(&a, mine.data() + i, 4);
    std::memcpy(&b, own.data() + i, 4);
    EXPECT_EQ(a, b + 900);
  }
  EXPECT_TRUE(
      fails(predict({"--input", scan, "--output", at("x.label"), "--label-map", "nuscenes"}), 2,
            {"--label-map", "20", "17"}));
}

std::vector<std::uint32_t> ids_of(const std::string& bytes) {
  std::vector<std::uint32_t> ids(bytes.size() / 4);
  std::memcpy(ids.data(), bytes.data(), ids.size() * 4);
  return ids;
}

TEST_F(CliPredict, AFolderOfCloudsBecomesFilesOfTheSameNames) {
  write_clouds("clouds", 3);
  write_text(at("clouds/readme.txt"), "no scan");
  const ProcessResult result = predict({"--input", at("clouds"), "--output", at("labels")});
  ASSERT_TRUE(ok(result));
  EXPECT_TRUE(contains(result.out, "3 scans, 600 points in ")) << result.out;
  EXPECT_TRUE(contains(result.out, " %")) << result.out;
  for (const char* name : {"a0", "a1", "a2"})
    EXPECT_EQ(ids_of(read_bytes(at("labels/") + name + ".label")).size(), 200u) << name;
  // The same labels as one by one.
  ASSERT_TRUE(ok(predict({"--input", at("clouds/a1.bin"), "--output", at("one.label")})));
  EXPECT_EQ(read_bytes(at("one.label")), read_bytes(at("labels/a1.label")));
  // Patterns, several inputs, and a folder for a single one.
  ASSERT_TRUE(ok(predict({"--input", at("clouds/a[01].*"), "--output", at("pattern")})));
  EXPECT_EQ(files_in("pattern"), (std::vector<std::string>{"a0.label", "a1.label"}));
  ASSERT_TRUE(ok(predict({"--input", at("clouds/a0.bin"), at("clouds/a2.bin"), "--output",
                          at("several"), "--format", "npy"})));
  EXPECT_EQ(files_in("several"), (std::vector<std::string>{"a0.npy", "a2.npy"}));
  ASSERT_TRUE(ok(predict({"--input", at("clouds/a0.bin"), "--output", at("single/")})));
  EXPECT_EQ(files_in("single"), (std::vector<std::string>{"a0.label"}));
}

TEST_F(CliPredict, WhatIsThereAlreadyIsSkippedUnlessAskedFor) {
  write_clouds("again", 3);
  ASSERT_TRUE(ok(predict({"--input", at("again"), "--output", at("again_out")})));
  const std::string right = read_bytes(at("again_out/a0.label"));
  const std::string marked(800, 'm'), cut = right.substr(0, 400);
  write_text(at("again_out/a0.label"), marked);  // right size: stays
  write_text(at("again_out/a1.label"), cut);     // another scan's or cut: done again
  fs::remove(at("again_out/a2.label"));
  const ProcessResult rest = predict({"--input", at("again"), "--output", at("again_out")});
  ASSERT_TRUE(ok(rest));
  EXPECT_TRUE(contains(rest.out, "2 scans (1 more there already), 400 points")) << rest.out;
  EXPECT_EQ(read_bytes(at("again_out/a0.label")), marked);
  EXPECT_EQ(read_bytes(at("again_out/a1.label")).size(), 800u);
  EXPECT_TRUE(fs::exists(at("again_out/a2.label")));
  ASSERT_TRUE(ok(predict({"--input", at("again"), "--output", at("again_out"), "--overwrite"})));
  EXPECT_EQ(read_bytes(at("again_out/a0.label")), right);
  for (const char* format : {"npy", "ply", "pcd"})
    for (const char* said : {"3 scans,", "0 scans (3 more there already)"}) {
      const ProcessResult result =
          predict({"--input", at("again"), "--output", at("again_out"), "--format", format});
      ASSERT_TRUE(ok(result));
      EXPECT_TRUE(contains(result.out, said)) << format << ": " << result.out;
    }
}

TEST_F(CliPredict, AFileThatFailsIsNamedAndTheRestIsDone) {
  write_clouds("mixed", 2);
  write_text(at("mixed/broken.bin"), "12345");
  write_text(at("mixed/wrong.ply"), "nonsense\n");
  const ProcessResult result = predict({"--input", at("mixed"), "--output", at("mixed_out")});
  EXPECT_EQ(result.exit_code, 3);
  for (const char* part : {"broken.bin", "wrong.ply", "2 of 4 scans"})
    EXPECT_TRUE(contains(result.err, part)) << part << " in " << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 3) << result.err;
  EXPECT_TRUE(contains(result.out, "2 scans (2 failed), 400 points")) << result.out;
  EXPECT_EQ(files_in("mixed_out"), (std::vector<std::string>{"a0.label", "a1.label"}));
}

TEST_F(CliPredict, TwoInputsOfOneNameAreAnErrorBeforeTheWork) {
  write_clouds("twins", 1);
  write_bytes(at("twins/a0.npy"), "x", 1);
  EXPECT_TRUE(fails(predict({"--input", at("twins"), "--output", at("twins_out")}), 3,
                    {"a0.bin", "a0.npy"}));
  EXPECT_FALSE(fs::exists(at("twins_out")));
}

TEST_F(CliPredict, FoldersInsideAreKeptApartOnRequest) {
  write_clouds("tree/x", 1);
  write_clouds("tree/y", 2);
  EXPECT_TRUE(fails(predict({"--input", at("tree"), "--output", at("tree_out")}), 3,
                    {"tree", "--recursive"}));
  ASSERT_TRUE(ok(predict({"--input", at("tree"), "--output", at("tree_out"), "--recursive"})));
  EXPECT_EQ(files_in("tree_out/x"), (std::vector<std::string>{"a0.label"}));
  EXPECT_EQ(files_in("tree_out/y"), (std::vector<std::string>{"a0.label", "a1.label"}));
}

TEST_F(CliPredict, PredictionsNeverBecomeScansOfTheNextRun) {
  write_clouds("beside", 1);
  EXPECT_TRUE(
      fails(predict({"--input", at("beside"), "--output", at("beside/"), "--format", "ply"}), 2,
            {"--output", "beside"}));
  EXPECT_TRUE(fails(predict({"--input", at("beside"), "--output", at("beside/out"), "--format",
                             "npy", "--recursive"}),
                    2, {"--output", "beside"}));
  ASSERT_TRUE(ok(predict({"--input", at("beside"), "--output", at("beside")})));
  EXPECT_EQ(files_in("beside"), (std::vector<std::string>{"a0.bin", "a0.label"}));
  write_text(at("beside/a0.npy"), "");
  EXPECT_TRUE(fails(predict({"--input", at("beside/a0.npy"), "--output", at("beside/a0.npy")}), 2,
                    {"a0.npy", "another file"}));
}

TEST_F(CliPredict, TheEndingSaysWhatOneScanBecomes) {
  const std::string scan = data() + "/sequences/08/velodyne/000000.bin";
  for (const char* name : {"o.label", "o.npy", "o.ply", "o.PCD"})
    ASSERT_TRUE(ok(predict({"--input", scan, "--output", at(name)}))) << name;
  const auto ids = ids_of(read_bytes(at("o.label")));
  const std::string points = read_bytes(scan);
  for (const PointTable& table : {read_ply(at("o.ply")), read_pcd(at("o.PCD"))}) {
    ASSERT_EQ(table.points(), 300);
    const int x = table.column("x"), label = table.column("label");
    ASSERT_GE(label, 0);
    for (std::int64_t i = 0; i < 300; ++i) {
      EXPECT_EQ(table.at(i, label), ids[static_cast<std::size_t>(i)]);
      float wanted = 0;
      std::memcpy(&wanted, points.data() + 16 * i, 4);
      EXPECT_EQ(table.at(i, x), wanted);
    }
  }
  const PointTable ply = read_ply(at("o.ply"));
  for (std::int64_t i = 0; i < 300; ++i)
    if (ids[static_cast<std::size_t>(i)] == 40) {  // road: 255 0 255
      EXPECT_EQ(ply.at(i, ply.column("red")), 255);
      EXPECT_EQ(ply.at(i, ply.column("green")), 0);
    }
  const Tensor array = read_npy(at("o.npy"));
  ASSERT_EQ(array.shape(), (Shape{300}));
  EXPECT_EQ(array.dtype(), DType::i32);
  EXPECT_EQ(std::memcmp(array.raw(), ids.data(), 1200), 0);
  for (const char* name : {"o.txt", "o", "o.bin"})
    EXPECT_TRUE(
        fails(predict({"--input", scan, "--output", at(name)}), 2, {"--output", ".label", ".ply"}))
        << name;
  EXPECT_TRUE(fails(predict({"--input", scan, "--output", at("o.ply"), "--format", "pcd"}), 2,
                    {"--format pcd"}));
  EXPECT_TRUE(fails(predict({"--input", at("data"), "--output", at("z"), "--format", "plz"}), 2,
                    {"--format", "'plz'", "did you mean 'ply'"}));
}

TEST_F(CliPredict, PointsWithoutAPositionKeepTheirRowInClouds) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> points{1, 2, -1, 0.5f, kNaN, 0, 0, 0.5f, 3, 4, -1, 0.25f};
  write_bytes(at("hole.bin"), points.data(), 48);
  ASSERT_TRUE(ok(predict({"--input", at("hole.bin"), "--output", at("hole.ply")})));
  const PointTable table = read_ply(at("hole.ply"));
  ASSERT_EQ(table.points(), 3);
  EXPECT_TRUE(std::isnan(table.at(1, table.column("x"))));
  EXPECT_EQ(table.at(2, table.column("remission")), 0.25f);
  EXPECT_NE(table.at(1, table.column("label")), 0);
}

TEST_F(CliPredict, ACloudWithoutPointsHasAnEmptyPrediction) {
  const std::string empty =
      "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\n"
      "property float y\nproperty float z\nproperty float intensity\n"
      "end_header\n";
  write_clouds("hollow", 1);
  write_text(at("hollow/none.ply"), empty);
  const ProcessResult result = lsk3d({"predict", "--checkpoint", at("run/last.safetensors"),
                                      "--input", at("hollow"), "--output", at("hollow_out")});
  ASSERT_TRUE(ok(result));
  EXPECT_TRUE(contains(result.err, "none.ply") && contains(result.err, "without points"))
      << result.err;
  EXPECT_EQ(fs::file_size(at("hollow_out/none.label")), 0u);
  for (const char* name : {"none.npy", "none2.ply", "none.pcd"})
    EXPECT_TRUE(ok(predict({"--input", at("hollow/none.ply"), "--output", at(name)}))) << name;
}

TEST_F(CliPredict, ASignalLeavesWholeFilesAndTheNextRunGoesOn) {
  write_clouds("many", 120);
  Process first({"predict", "--checkpoint", at("run/last.safetensors"), "--input", at("many"),
                 "--output", at("many_out"), "--quiet"});
  for (int i = 0; i < 2000 && !fs::exists(at("many_out/a0.label")); ++i) ::usleep(5000);
  first.kill(SIGINT);
  const ProcessResult stopped = first.wait();
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_TRUE(contains(stopped.err, "stopped by a signal")) << stopped.err;
  const auto begun = files_in("many_out");
  EXPECT_LT(begun.size(), 120u);
  for (const std::string& name : begun) {
    EXPECT_TRUE(name.ends_with(".label")) << name;
    EXPECT_EQ(fs::file_size(at("many_out/" + name)), 800u) << name;
  }
  const ProcessResult rest = predict({"--input", at("many"), "--output", at("many_out")});
  ASSERT_TRUE(ok(rest));
  EXPECT_TRUE(contains(rest.out, std::to_string(begun.size()) + " more there already")) << rest.out;
  EXPECT_EQ(files_in("many_out").size(), 120u);
}

TEST_F(CliPredict, AFolderInUseIsRefused) {
  write_clouds("locked_in", 2);
  fs::create_directories(at("locked"));
  {
    const FolderLock lock(at("locked"), "a test");
    const std::string process = "process " + std::to_string(::getpid());
    EXPECT_TRUE(fails(predict({"--input", at("locked_in"), "--output", at("locked")}), 3,
                      {"locked", "in use by " + process, "a test"}));
    EXPECT_TRUE(fails(predict({"--data", data(), "--split", "valid", "--out", at("locked")}), 3,
                      {"locked", "in use by " + process}));
  }
  EXPECT_TRUE(ok(predict({"--input", at("locked_in"), "--output", at("locked")})));
  EXPECT_EQ(files_in("locked"), (std::vector<std::string>{"a0.label", "a1.label"}));
}

TEST_F(CliPredict, NothingThatIsReadIsOverwritten) {
  write_clouds("kept", 1);
  const std::string scan = at("kept/a0.bin"), before = read_bytes(scan);
  fs::copy_file(at("run/last.safetensors"), at("kept/model.label"));
  const std::string model = read_bytes(at("kept/model.label"));
  const std::vector<std::vector<std::string>> cases{
      {"--input", scan, "--output", at("kept/o.label"), "--save-logits", scan},
      {"--input", scan, "--output", at("kept/o.npy"), "--save-logits", at("kept/o.npy")}};
  for (const auto& arguments : cases)
    EXPECT_TRUE(fails(predict(arguments), 2, {"--save-logits", "expected another file than"}));
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", at("kept/model.label"), "--input", scan,
                           "--output", at("kept/../kept/model.label")}),
                    2, {"--output", "--checkpoint"}));
  EXPECT_TRUE(fails(lsk3d({"eval", "--checkpoint", at("kept/model.label"), "--data", data(),
                           "--report", at("kept/model.label")}),
                    2, {"--report", "--checkpoint"}));
  EXPECT_EQ(read_bytes(scan), before);
  EXPECT_EQ(read_bytes(at("kept/model.label")), model);
}

TEST_F(CliPredict, AModelWithNumbersThatAreNoneIsRefused) {
  std::string bytes = read_bytes(at("run/last.safetensors"));
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(8 + header), bytes.end(), '\xff');
  write_text(at("nan.safetensors"), bytes);
  write_clouds("nan_in", 1);
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", at("nan.safetensors"), "--input",
                           at("nan_in/a0.bin"), "--output", at("nan.label")}),
                    3, {"nan.safetensors", "NaN"}));
  EXPECT_FALSE(fs::exists(at("nan.label")));
}

TEST_F(CliPredict, BadScansOfADataSetAreSkippedAndNamed) {
  fs::copy(data(), at("holed"), fs::copy_options::recursive);
  const std::vector<float> nowhere(40, std::numeric_limits<float>::quiet_NaN());
  write_bytes(at("holed/sequences/08/velodyne/000000.bin"), nowhere.data(), 160);
  write_text(at("holed/sequences/08/velodyne/000002.bin"), "cut");
  const ProcessResult result =
      predict({"--data", at("holed"), "--split", "valid", "--out", at("holed_out")});
  EXPECT_EQ(result.exit_code, 3);
  for (const char* part : {"08/velodyne/000000.bin", "08/velodyne/000002.bin", "2 of 3 scans"})
    EXPECT_TRUE(contains(result.err, part)) << part << " in " << result.err;
  EXPECT_TRUE(contains(result.out, "1 scan (2 failed), 300 points")) << result.out;
  EXPECT_EQ(files_in("holed_out/sequences/08/predictions"),
            (std::vector<std::string>{"000001.label"}));
}

TEST_F(CliPredict, AModelThatSkipsNoBadScansEndsAtTheFirst) {
  ASSERT_TRUE(
      ok(lsk3d({"train", "--config", tiny_config_path(), "--data", data(), "--out", at("strict"),
                "--set", "train.epochs=1", "--set", "data.skip_bad=false", "--quiet"})));
  fs::copy(data(), at("unfit"), fs::copy_options::recursive);
  write_text(at("unfit/sequences/08/velodyne/000000.bin"), "cut");
  EXPECT_TRUE(fails(lsk3d({"predict", "--checkpoint", at("strict/last.safetensors"), "--data",
                           at("unfit"), "--out", at("unfit_out"), "--quiet"}),
                    3, {"08/velodyne/000000.bin"}));
}

TEST_F(CliPredict, OptionsOfFilesAndOfDataSetsDoNotMix) {
  const std::string scan = data() + "/sequences/08/velodyne/000000.bin";
  const std::vector<std::vector<std::string>> of_files{{"--submission", at("x.zip")},
                                                       {"--sequences", "08"},
                                                       {"--out", at("x")},
                                                       {"--incomplete-submission"}};
  for (auto more : of_files) {
    const std::string option = more.front();
    more.insert(more.end(), {"--input", scan, "--output", at("x.label")});
    EXPECT_TRUE(fails(predict(more), 2, {option, "--data"}));
  }
  const std::vector<std::vector<std::string>> of_data{{"--output", at("x")},
                                                      {"--format", "ply"},
                                                      {"--recursive"},
                                                      {"--overwrite"},
                                                      {"--save-logits", at("x.npy")}};
  for (auto more : of_data) {
    const std::string option = more.front();
    more.insert(more.end(), {"--data", data(), "--out", at("x")});
    EXPECT_TRUE(fails(predict(more), 2, {option, "--input"}));
  }
  EXPECT_TRUE(
      fails(predict({"--input", at("nothing/*.bin"), "--output", at("x")}), 3, {"nothing/*.bin"}));
  EXPECT_TRUE(fails(predict({"--input", at("data"), "--output", at("x"), "--save-logits", "y.npy",
                             "--recursive"}),
                    2, {"--save-logits"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
