// SPDX-License-Identifier: MIT
// The same scan gets the same labels, in whatever form it comes.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "cli/cloud_forms.h"
#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

class CliCloudForms : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("cli_cloud_forms");
    write_tiny_dataset(at("data"), {{0, 2}, {8, 1}}, 300);
    made_ = lsk3d({"train", "--config", tiny_config_path(), "--data", at("data"), "--out",
                   at("run"), "--set", "train.epochs=1", "--quiet"});
    cloud_.points = tiny_scan(800, 300).points;
    // Whole 255ths, as sensors have them: the same numbers come of 0 … 1 and of 0 … 255.
    for (std::size_t i = 3; i < cloud_.points.size(); i += 4)
      cloud_.points[i] = static_cast<float>(std::round(cloud_.points[i] * 255) / 255.0);
    write_text(at("plain.bin"), raw_rows<float>(cloud_));
    if (made_.exit_code == 0) made_ = predict("plain.bin");
    labels_ = read_bytes(at("out.label"));
    logits_ = read_bytes(at("out.npy"));
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override {
    ASSERT_TRUE(ok(made_));
    ASSERT_EQ(labels_.size(), 4 * cloud_.rows());
    ASSERT_GT(logits_.size(), 4 * 20 * cloud_.rows());
  }

  static std::string at(const std::string& name) { return *folder_ / name; }

  static ProcessResult predict(const std::string& name, const std::vector<std::string>& more = {}) {
    std::filesystem::remove(at("out.label"));
    std::filesystem::remove(at("out.npy"));
    std::vector<std::string> arguments{"predict",       "--checkpoint",  at("run/last.safetensors"),
                                       "--input",       at(name),        "--output",
                                       at("out.label"), "--save-logits", at("out.npy"), "--threads",
                                       "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }

  /// Not the labels alone, which a small network takes from few classes: every logit, too. And
  /// nothing is odd about any of these files.
  static void expect_same(const std::string& name, const std::string& bytes,
                          const std::vector<std::string>& more = {}) {
    write_text(at(name), bytes);
    const ProcessResult result = predict(name, more);
    ASSERT_TRUE(ok(result)) << name;
    EXPECT_EQ(result.err, "") << name;
    EXPECT_TRUE(read_bytes(at("out.label")) == labels_) << name << ": other labels";
    EXPECT_TRUE(read_bytes(at("out.npy")) == logits_) << name << ": other logits";
  }

  static Cloud named(const std::string& remission, double times = 1) {
    Cloud cloud = cloud_;
    cloud.remission = remission;
    cloud.times = times;
    return cloud;
  }

  static std::unique_ptr<ScratchFolder> folder_;
  static ProcessResult made_;
  static Cloud cloud_;
  static std::string labels_, logits_;
};
std::unique_ptr<ScratchFolder> CliCloudForms::folder_;
ProcessResult CliCloudForms::made_;
Cloud CliCloudForms::cloud_;
std::string CliCloudForms::labels_, CliCloudForms::logits_;

constexpr const char* kStructured = "[('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('intensity', '<f4')]";

TEST_F(CliCloudForms, TheRemissionMatters) {
  Cloud other = cloud_;
  for (std::size_t i = 3; i < other.points.size(); i += 4) other.points[i] = 0.9f;
  write_text(at("other.bin"), raw_rows<float>(other));
  ASSERT_TRUE(ok(predict("other.bin")));
  EXPECT_FALSE(read_bytes(at("out.npy")) == logits_);
}

TEST_F(CliCloudForms, NumPyArrays) {
  const std::string shape = npy_shape(cloud_), rows = "(" + std::to_string(cloud_.rows()) + ",)";
  expect_same("f4.npy", npy("'<f4'", shape, raw_rows<float>(cloud_)));
  expect_same("f8.npy", npy("'<f8'", shape, raw_rows<double>(cloud_)));
  expect_same("big.npy", npy("'>f4'", shape, raw_rows<float>(cloud_, 0, true)));
  expect_same("fortran.npy", npy("'<f4'", shape, raw_columns<float>(cloud_), true));
  expect_same("fields.npy", npy(kStructured, rows, raw_rows<float>(cloud_)));
  expect_same("UPPER.NPY", npy("'<f4'", shape, raw_rows<float>(cloud_)));
}

TEST_F(CliCloudForms, PcdFiles) {
  for (const char* data : {"ascii", "binary", "binary_compressed"}) {
    expect_same("a.pcd", pcd(cloud_, {.data = data}));
    expect_same("columns.pcd", pcd(cloud_, {.data = data, .fields_key = "COLUMNS"}));
    expect_same("unsized.pcd", pcd(cloud_, {.data = data, .size_lines = false}));
  }
}

TEST_F(CliCloudForms, PlyFiles) {
  for (const char* format : {"ascii", "binary_little_endian", "binary_big_endian"}) {
    expect_same("a.ply", ply(cloud_, {.format = format}));
    expect_same("double.ply", ply(cloud_, {.format = format, .type = "double"}));
    expect_same("list.ply", ply(cloud_, {.format = format, .list = true}));
  }
}

TEST_F(CliCloudForms, RemissionByEveryNameInUse) {
  for (const char* name : {"remission", "intensity", "reflectance", "reflectivity", "i",
                           "scalar_Reflectance", "Intensity", "signal"}) {
    SCOPED_TRACE(name);
    const Cloud cloud = named(name);
    expect_same("name.pcd", pcd(cloud));
    expect_same("name.ply", ply(cloud));
    expect_same("name.npy", npy(std::string("[('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('") + name +
                                    "', '<f4')]",
                                "(" + std::to_string(cloud.rows()) + ",)", raw_rows<float>(cloud)));
  }
}

TEST_F(CliCloudForms, RemissionOfBytesScaledByItself) {
  const Cloud wide = named("reflectivity", 255);
  const std::vector<std::string> scale{"--remission-scale", "auto"};
  expect_same("wide.bin", raw_rows<float>(wide), scale);
  expect_same("wide.npy", npy("'<f8'", npy_shape(wide), raw_rows<double>(wide)), scale);
  expect_same("fields.npy",
              npy("[('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('reflectivity', '|u1')]",
                  "(" + std::to_string(wide.rows()) + ",)", raw_rows<float, std::uint8_t>(wide)),
              scale);
  expect_same("wide.pcd", pcd(wide), scale);
  expect_same("bytes.pcd", pcd(wide, {.bytes = true}), scale);
  expect_same("ascii.pcd", pcd(wide, {.data = "ascii"}), scale);
  expect_same("wide.ply", ply(wide), scale);
  expect_same("bytes.ply", ply(wide, {.remission_type = "uchar"}), scale);
  expect_same("wide.bin", raw_rows<float>(wide), {"--remission-scale", "255"});
  expect_same("plain.bin", raw_rows<float>(cloud_), scale);
  // A field of a name that nobody knows.
  expect_same("gain.pcd", pcd(named("gain", 255)), {"--remission-scale", "255", "--remission-field", "gain"});
}

TEST_F(CliCloudForms, RowsOfMoreColumnsAndOfDoubles) {
  expect_same("five.bin", raw_rows<float>(cloud_, 1), {"--columns", "5"});
  expect_same("named.bin", raw_rows<float>(cloud_, 2),
              {"--columns", "x,y,z,intensity,ring,time"});
  expect_same("double.bin", raw_rows<double>(cloud_), {"--columns", "4:f64"});
  expect_same("scan.pcd.bin", raw_rows<float>(cloud_, 1));
}

}  // namespace
}  // namespace lsk3d::testing_support
