// SPDX-License-Identifier: MIT
#include "lsk3d/data/label_map.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;
using testing_support::ScratchFolder;
using testing_support::write_text;

constexpr const char* kNames[] = {"semantic_kitti", "semantic_kitti_multiscan",
                                  "semantic_kitti_multiscan_release", "nuscenes"};

TEST(LabelMap, BuiltInMapsAreWhole) {
  const std::map<std::string, std::pair<int, std::size_t>> sizes{
      {"semantic_kitti", {20, 34}},
      {"semantic_kitti_multiscan", {26, 34}},
      {"semantic_kitti_multiscan_release", {26, 34}},
      {"nuscenes", {17, 32}}};
  for (const std::string name : kNames) {
    const LabelMap map = load_label_map(name);
    EXPECT_EQ(map.name, name);
    EXPECT_EQ(map.classes(), sizes.at(name).first);
    EXPECT_EQ(map.to_class.size(), sizes.at(name).second);
    EXPECT_EQ(map.to_raw.size(), map.class_names.size());
    EXPECT_EQ(map.colors.size(), map.class_names.size());
    EXPECT_EQ(std::set<std::string>(map.class_names.begin(), map.class_names.end()).size(),
              map.class_names.size());
    // Writing a class and reading it back gives the class.
    std::vector<std::int32_t> all(map.class_names.size());
    std::iota(all.begin(), all.end(), 0);
    const Tensor classes = Tensor::from(all, {map.classes()});
    const Tensor back = map.classes_of(map.raw_of(classes), "none");
    EXPECT_TRUE(std::equal(all.begin(), all.end(), back.data<std::int32_t>())) << name;
  }
}

TEST(LabelMap, InstanceBitsAreIgnored) {
  const LabelMap map = load_label_map("semantic_kitti");
  const std::vector<std::int32_t> raw{(3 << 16) | 10, static_cast<std::int32_t>(0xFFFF0000u) | 40};
  const Tensor classes = map.classes_of(Tensor::from(raw, {2}), "a.label");
  EXPECT_EQ(classes.data<std::int32_t>()[0], 1);
  EXPECT_EQ(classes.data<std::int32_t>()[1], 9);
}

TEST(LabelMap, UnlistedRawIdNamesFileAndId) {
  const LabelMap map = load_label_map("semantic_kitti");
  const Tensor raw = Tensor::from(std::vector<std::int32_t>{40, 77}, {2});
  expect_error<DataError>([&] { map.classes_of(raw, "a.label"); },
                          {"a.label", "77", "semantic_kitti", "point 1"});
}

TEST(LabelMap, LossWeights) {
  const LabelMap map = load_label_map("semantic_kitti");
  const double total = std::accumulate(map.point_counts.begin(), map.point_counts.end(), 0.0);
  const Tensor weights = map.loss_weights();
  EXPECT_FLOAT_EQ(weights.data<float>()[0], 50);
  EXPECT_FLOAT_EQ(weights.data<float>()[15], static_cast<float>(1 / (476491114 / total + 0.02)));
  const Tensor equal = load_label_map("nuscenes").loss_weights();
  for (const float w : equal.span<float>()) EXPECT_EQ(w, 1);
}

TEST(LabelMap, UnknownNameSuggestsTheNearest) {
  expect_error<UsageError>([] { load_label_map("semantic_kiti"); },
                           {"semantic_kiti", "nuscenes", "did you mean 'semantic_kitti'"});
  expect_error<DataError>([] { load_label_map("/nowhere/map.yaml"); }, {"/nowhere/map.yaml"});
}

TEST(LabelMap, ReadsAFile) {
  const ScratchFolder folder("label_map");
  write_text(folder / "m.yaml",
             "name: mine\nclasses:\n  - {name: nothing, raw: 0}\n  - {name: tree, raw: 7, color: "
             "[1, 2, 3]}\n"
             "raw: {0: 0, 7: 1, 8: 1}\n");
  const LabelMap map = load_label_map(folder / "m.yaml");
  EXPECT_EQ(map.name, "mine");
  EXPECT_EQ(map.to_class.at(8), 1);
  EXPECT_EQ(map.colors[1][2], 3);
  EXPECT_TRUE(map.point_counts.empty());
}

TEST(LabelMap, BrokenFilesAreRefused) {
  const ScratchFolder folder("label_map_broken");
  const std::string classes = "classes:\n  - {name: a, raw: 0}\n  - {name: b, raw: 7}\n";
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
      {"", {"m.yaml", "label map"}},
      {"- 1\n", {"m.yaml", "label map"}},
      {"classes: [", {"m.yaml:", "YAML"}},
      {classes, {"raw", "map from raw id"}},
      {"raw: {0: 0}\n", {"classes"}},
      {classes + "raws: {}\n", {"m.yaml:4", "raws", "did you mean 'raw'"}},
      {classes + "raw: {0: 0, 7: 2}\n", {"m.yaml:4", "raw.7", "0 … 1", "found '2'"}},
      {classes + "raw: {0: 0, 7: x}\n", {"m.yaml:4", "raw.7", "whole number"}},
      {classes + "raw: {0: 0, 70000: 1}\n", {"70000"}},
      {classes + "raw: {0: 0, 8: 1}\n", {"class 1 (b)", "7: 1"}},
      {"classes:\n  - {name: a, raw: 0, colour: [1, 2, 3]}\n  - {name: b, raw: 1}\nraw: {0: 0, 1: "
       "1}\n",
       {"m.yaml:2", "colour", "did you mean 'color'"}},
      {"classes:\n  - {name: a, raw: 0, color: [1, 2]}\n  - {name: b, raw: 1}\nraw: {0: 0, 1: 1}\n",
       {"color"}},
      {"classes:\n  - {name: a, raw: 0, points: -1}\n  - {name: b, raw: 1}\nraw: {0: 0, 1: 1}\n",
       {"points"}},
      {"classes:\n  - {name: a, raw: 0, points: 1}\n  - {name: b, raw: 1}\nraw: {0: 0, 1: 1}\n",
       {"every class"}},
  };
  for (const auto& [text, parts] : cases) {
    SCOPED_TRACE(text);
    write_text(folder / "m.yaml", text);
    expect_error<DataError>([&] { load_label_map(folder / "m.yaml"); }, parts);
  }
}

}  // namespace
}  // namespace lsk3d
