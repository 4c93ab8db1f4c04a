// SPDX-License-Identifier: MIT
// Clouds that lie differently in their files, or come of another sensor: noticed in one line that
// names the option, and right with it, on every verb that reads clouds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <tuple>

#include "cli/cloud_forms.h"
#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

constexpr int kPoints = 300;

class CliCloudOptions : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_cloud_options");
    write_tiny_dataset(at("data"), {{0, 2}, {8, 1}}, kPoints);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                   at("run"), "--set", "train.epochs=1", "--quiet"});
    cloud_.points = tiny_scan(800, kPoints).points;
    for (std::size_t i = 2; i < cloud_.points.size(); i += 4)  // a metre more or less is exact
      cloud_.points[i] = std::round(cloud_.points[i] * 1024) / 1024;
    write_text(at("plain.bin"), raw_rows<float>(cloud_));
    write_text(at("five.bin"), raw_rows<float>(cloud_, 1));
    write_text(at("double.bin"), raw_rows<double>(cloud_));
    write_text(at("transposed.npy"),
               npy("'<f4'", "(4, " + std::to_string(cloud_.rows()) + ")", raw_columns<float>(cloud_)));
    // One point fewer: no whole number of rows of four.
    Cloud odd = cloud_;
    odd.points.resize(odd.points.size() - 4);
    write_text(at("odd.bin"), raw_rows<float>(odd, 1));
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override { ASSERT_TRUE(ok(made_)); }

  static std::string at(const std::string& name) { return *folder_ / name; }
  static std::string model() { return at("run/last.safetensors"); }

  /// A verb that reads one cloud, and the file that it makes of it ("": its output).
  struct Reader {
    std::vector<std::string> arguments;
    std::string made;
  };
  static std::vector<Reader> readers(const std::string& cloud) {
    return {{{"inspect", cloud, "--json"}, ""},
            {{"view", "--input", cloud, "--checkpoint", model(), "--out", at("a.png")}, at("a.png")},
            {{"erf", "--checkpoint", model(), "--input", cloud, "--centres", "1", "--json",
              at("a.json")},
             at("a.json")},
            {{"predict", "--checkpoint", model(), "--input", cloud, "--output", at("a.label"),
              "--save-logits", at("a.npy")},
             at("a.npy")}};
  }

  struct Reading {
    ProcessResult result;
    std::string made;
  };
  static std::string without_progress(const std::string& err) {
    std::string kept;
    for (std::size_t at = 0, end; at < err.size(); at = end + 1) {
      end = std::min(err.find('\n', at), err.size());
      if (!contains(err.substr(at, end - at), "ETA ")) kept += err.substr(at, end - at) + "\n";
    }
    return kept;
  }
  static Reading read(const Reader& reader, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = reader.arguments;
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (!reader.made.empty()) fs::remove(reader.made);
    Reading reading{lsk3d(arguments), ""};
    reading.result.err = without_progress(reading.result.err);
    reading.made = reader.made.empty() ? reading.result.out : read_bytes(reader.made);
    return reading;
  }

  /// With these options every verb makes of `name` what it makes of plain.bin.
  static void expect_as_plain(const std::string& name, const std::vector<std::string>& more) {
    const auto odd = readers(at(name)), plain = readers(at("plain.bin"));
    for (std::size_t i = 0; i < odd.size(); ++i) {
      SCOPED_TRACE(odd[i].arguments[0] + " " + name);
      const Reading given = read(odd[i], more), expected = read(plain[i]);
      ASSERT_TRUE(ok(given.result));
      ASSERT_TRUE(ok(expected.result));
      EXPECT_EQ(given.result.err, expected.result.err);
      if (odd[i].made.empty()) {  // a report on the file
        const auto a = nlohmann::json::parse(given.made), b = nlohmann::json::parse(expected.made);
        for (const char* key : {"points", "in_volume", "range"}) EXPECT_EQ(a.at(key), b.at(key));
      } else {
        EXPECT_FALSE(expected.made.empty());
        EXPECT_TRUE(given.made == expected.made);
      }
    }
  }

  /// Without them every verb goes on, after one line that says all of `parts`.
  static void expect_warned(const std::string& name, const std::vector<std::string>& parts) {
    for (const Reader& reader : readers(at(name))) {
      SCOPED_TRACE(reader.arguments[0] + " " + name);
      const Reading reading = read(reader);
      EXPECT_TRUE(ok(reading.result));
      expect_one_warning(reading.result.err, parts);
    }
  }
  static void expect_one_warning(const std::string& err, const std::vector<std::string>& parts) {
    EXPECT_TRUE(contains(err, "warning: ")) << err;
    EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
    for (const std::string& part : parts) EXPECT_TRUE(contains(err, part)) << part << "\n" << err;
  }

  static ProcessResult predict(const std::string& name, const std::vector<std::string>& more = {}) {
    fs::remove(at("a.label"));
    std::vector<std::string> arguments{"predict", "--checkpoint", model(), "--input", at(name),
                                       "--output", at("a.label"), "--save-logits", at("a.npy")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
  static Cloud cloud_;
};
std::unique_ptr<ScratchFolder> CliCloudOptions::folder_;
ProcessResult CliCloudOptions::made_;
Cloud CliCloudOptions::cloud_;

TEST_F(CliCloudOptions, FiveColumns) {
  expect_warned("five.bin", {"five.bin", "columns of f32", "it looks like 5 columns", "--columns 5"});
  expect_as_plain("five.bin", {"--columns", "5"});
  expect_as_plain("five.bin", {"--columns", "x,y,z,remission,ring"});
}

TEST_F(CliCloudOptions, DoublePrecision) {
  expect_warned("double.bin", {"double.bin", "it looks like 4 columns of f64", "--columns 4:f64"});
  expect_as_plain("double.bin", {"--columns", "4:f64"});
}

TEST_F(CliCloudOptions, ASizeThatFitsNot) {
  for (const Reader& reader : readers(at("odd.bin")))
    EXPECT_TRUE(fails(read(reader).result, 3,
                      {"odd.bin", "whole number of 16-byte rows", "5980 bytes", "--columns 5"}));
}

TEST_F(CliCloudOptions, PointsAsColumnsOfAnArray) {
  for (const Reader& reader : readers(at("transposed.npy")))
    EXPECT_TRUE(fails(read(reader).result, 3, {"transposed.npy", "[4, 300]", "points.T"}));
}

TEST_F(CliCloudOptions, WrongOptionsAreNamed) {
  for (const Reader& reader : readers(at("plain.bin"))) {
    EXPECT_TRUE(fails(read(reader, {"--columns", "x,y"}).result, 2, {"--columns", "x,y"}));
    EXPECT_TRUE(fails(read(reader, {"--columns", "4:f99"}).result, 2, {"--columns", "f99"}));
    EXPECT_TRUE(fails(read(reader, {"--remission-scale", "bright"}).result, 2,
                      {"--remission-scale", "bright", "auto"}));
    EXPECT_TRUE(
        fails(read(reader, {"--remission-scale", "0"}).result, 2, {"--remission-scale", "'0'"}));
    EXPECT_TRUE(fails(read(reader, {"--sensor-height", "5000"}).result, 2,
                      {"--sensor-height", "5000"}));
    EXPECT_TRUE(fails(read(reader, {"--columns", "x,y,z,gain", "--remission-field", "i"}).result, 3,
                      {"plain.bin", "'i'", "x, y, z, gain"}));
  }
}

TEST_F(CliCloudOptions, DataSetsAreCheckedAsTheyAreRead) {
  fs::remove_all(at("wide"));
  for (int i = 0; i < 2; ++i) {
    const TinyScan scan = tiny_scan(static_cast<std::uint64_t>(i), kPoints);
    write_scan(at("wide/sequences/00"), "00000" + std::to_string(i), scan);
    write_text(at("wide/sequences/00/velodyne/00000") + std::to_string(i) + ".bin",
               raw_rows<float>({.points = scan.points}, 1));
  }
  const ProcessResult wrong = lsk3d({"data", "check", at("wide"), "--quiet"});
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_TRUE(contains(wrong.err, "2 broken label files")) << wrong.err;
  const ProcessResult loud = lsk3d({"data", "check", at("wide")});
  EXPECT_TRUE(contains(loud.err, "--columns 5")) << loud.err;
  for (const char* verb : {"check", "stats"}) {
    const ProcessResult right =
        lsk3d({"data", verb, at("wide"), "--columns", "5", "--json", "--quiet"});
    ASSERT_TRUE(ok(right));
    EXPECT_EQ(nlohmann::json::parse(right.out).at("points"), 2 * kPoints);
  }
  const ProcessResult inspected = lsk3d({"inspect", at("wide"), "--columns", "5", "--json"});
  ASSERT_TRUE(ok(inspected));
  EXPECT_EQ(nlohmann::json::parse(inspected.out).at("ok"), true);
  write_text(at("wide.yaml"), std::string("base: ") + tiny_config_path() + "\ndata: {columns: 5, valid: [0]}\n");
  EXPECT_TRUE(ok(lsk3d({"data", "check", at("wide"), "--config", at("wide.yaml"), "--quiet"})));
}

TEST_F(CliCloudOptions, OperationsAreCountedOnTheSamePoints) {
  const auto operations = [](const std::string& scan, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"inspect", model(), "--json", "--scan", at(scan)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = lsk3d(arguments);
    EXPECT_TRUE(ok(result));
    return nlohmann::json::parse(result.out).at("operations").at("flops").get<double>();
  };
  EXPECT_EQ(operations("five.bin", {"--columns", "5"}), operations("plain.bin", {}));
}

TEST_F(CliCloudOptions, RemissionOfAnotherRange) {
  Cloud bright = cloud_;
  bright.times = 255;
  write_text(at("bright.bin"), raw_rows<float>(bright));
  expect_one_warning(predict("bright.bin").err,
                     {"bright.bin", "unlike the scans of the training", "remission up to",
                      "--remission-scale auto"});
  for (const char* scale : {"255", "auto"}) {
    const ProcessResult mended = predict("bright.bin", {"--remission-scale", scale});
    ASSERT_TRUE(ok(mended));
    EXPECT_EQ(mended.err, "");
  }
  Cloud dark = cloud_;
  for (std::size_t i = 3; i < dark.points.size(); i += 4) dark.points[i] = 0;
  write_text(at("dark.bin"), raw_rows<float>(dark));
  expect_one_warning(predict("dark.bin").err, {"dark.bin", "the remission is missing"});
}

TEST_F(CliCloudOptions, AFieldOfAnUnknownName) {
  Cloud cloud = cloud_;
  cloud.remission = "gain";
  write_text(at("gain.pcd"), pcd(cloud));
  expect_one_warning(predict("gain.pcd").err,
                     {"gain.pcd", "no remission among its fields (x, y, z, gain)",
                      "--remission-field"});
  expect_as_plain("gain.pcd", {"--remission-field", "gain"});
}

TEST_F(CliCloudOptions, ASensorMountedElsewhere) {
  ASSERT_TRUE(ok(predict("plain.bin")));
  const std::string labels = read_bytes(at("a.label")), logits = read_bytes(at("a.npy"));
  for (const auto& [shift, word, height] :
       {std::tuple{1.0f, "mounted lower", "0.73"}, {-1.0f, "mounted higher", "2.73"}}) {
    Cloud shifted = cloud_;
    for (std::size_t i = 2; i < shifted.points.size(); i += 4) shifted.points[i] += shift;
    write_text(at("shifted.bin"), raw_rows<float>(shifted));
    expect_one_warning(predict("shifted.bin").err,
                       {"shifted.bin", "the ground lies at z = ", word, "--sensor-height "});
    EXPECT_FALSE(read_bytes(at("a.npy")) == logits);
    const ProcessResult mended = predict("shifted.bin", {"--sensor-height", height});
    ASSERT_TRUE(ok(mended));
    EXPECT_EQ(mended.err, "");
    EXPECT_TRUE(read_bytes(at("a.label")) == labels) << height;
    EXPECT_TRUE(read_bytes(at("a.npy")) == logits) << height;
  }
  // Also what the warning itself proposes silences it.
  const std::string err = predict("shifted.bin").err, option = "--sensor-height ";
  const std::string advised = err.substr(err.find(option) + option.size());
  EXPECT_EQ(predict("shifted.bin", {"--sensor-height", advised.substr(0, advised.find('\n'))}).err,
            "");
}

TEST_F(CliCloudOptions, MapCoordinatesAndMillimetres) {
  Cloud far = cloud_, small = cloud_;
  for (std::size_t i = 0; i < far.points.size(); i += 4) {
    far.points[i] += 4.5e5f, far.points[i + 1] += 5.4e6f;
    for (std::size_t k = 0; k < 3; ++k) small.points[i + k] *= 1000;
  }
  write_text(at("far.pcd"), pcd(far));
  write_text(at("small.pcd"), pcd(small));
  for (const auto& [name, part] :
       {std::pair{"far.pcd", "10000 m away"}, {"far.pcd", "map coordinates"},
        {"far.pcd", "no point lies inside the volume"}, {"small.pcd", "expected metres"}}) {
    const std::string err = predict(name).err;
    EXPECT_TRUE(contains(err, name) && contains(err, part)) << err;
  }
}

}  // namespace
}  // namespace lsk3d::testing_support
