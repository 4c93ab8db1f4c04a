// SPDX-License-Identifier: MIT
// Label maps in the form of semantic-kitti-api and of nuScenes.
#include <gtest/gtest.h>

#include "expect_error.h"
#include "lsk3d/core/check.h"
#include "lsk3d/data/label_map.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;
using testing_support::ScratchFolder;
using testing_support::write_text;

/// `of` in the benchmark's form, as its own file spreads it: one table per property, by raw id.
/// What only raw ids have (names and shares of those that share a class) is made up.
std::string benchmark_text(const LabelMap& of, bool inverse = true) {
  std::string labels = "labels:\n", colors = "color_map:  # bgr\n", content = "content:\n",
              map = "learning_map:\n", inv = "learning_map_inv:\n", ignore = "learning_ignore:\n";
  for (const auto& [raw, label] : of.to_class) {
    const auto c = static_cast<std::size_t>(label);
    const bool first = of.to_raw[c] == raw;
    labels += str_cat("  ", raw, ": \"", of.class_names[c], first ? "" : str_cat("-", raw), "\"\n");
    const auto& color = of.colors[c];
    colors += str_cat("  ", raw, ": [", +color[2], ", ", +color[1], ", ", +color[0], "]\n");
    content += str_cat("  ", raw, ": ", 0.5 * (first ? 1 : raw), "\n");
    map += str_cat("  ", raw, ": ", label, "\n");
  }
  for (int c = 0; c < of.classes(); ++c) {
    inv += str_cat("  ", c, ": ", of.to_raw[static_cast<std::size_t>(c)], "\n");
    ignore += str_cat("  ", c, ": ", c == 0 ? "True" : "False", "\n");
  }
  return labels + colors + content + map + (inverse ? inv : "") + ignore +
         "split: # sequence numbers\n  train:\n    - 0\n  valid:\n    - 8\n";
}

TEST(BenchmarkMap, GivesWhatTheBuiltInMapsSay) {
  const ScratchFolder folder("benchmark_map");
  for (const char* name : {"semantic_kitti", "semantic_kitti_multiscan", "nuscenes"}) {
    const LabelMap wanted = load_label_map(name);
    write_text(folder / "map.yaml", benchmark_text(wanted));
    testing::internal::CaptureStderr();
    const LabelMap map = load_label_map(folder / "map.yaml");
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("left out: split"), std::string::npos) << log;
    EXPECT_EQ(map.class_names, wanted.class_names);
    EXPECT_EQ(map.to_class, wanted.to_class);
    EXPECT_EQ(map.to_raw, wanted.to_raw);
    EXPECT_EQ(map.colors, wanted.colors);
    ASSERT_EQ(map.point_counts.size(), map.class_names.size());
    EXPECT_EQ(map.point_counts[0], 0) << "left out of the loss";
    std::vector<double> shares(map.class_names.size(), 0);
    for (const auto& [raw, label] : wanted.to_class)
      if (label > 0)
        shares[static_cast<std::size_t>(label)] +=
            0.5 * (wanted.to_raw[static_cast<std::size_t>(label)] == raw ? 1 : raw);
    EXPECT_EQ(map.point_counts, shares);
  }
}

// The form of nuScenes: names by class, no inverse, no colours.
TEST(BenchmarkMap, NamesMayStandByClass) {
  const ScratchFolder folder("benchmark_map_nuscenes");
  const LabelMap wanted = load_label_map("nuscenes");
  std::string text = "labels:\n  {0: 'noise', 1: 'animal'}\nlabels_16:\n  {";
  for (int c = 0; c < 17; ++c)
    text += str_cat(c ? ", " : "", c, ": '", wanted.class_names[static_cast<std::size_t>(c)], "'");
  text += "}\nlearning_map:\n  {";
  for (const auto& [raw, label] : wanted.to_class) text += str_cat(raw, ": ", label, ", ");
  write_text(folder / "map.yaml", text + "}\n");
  const LabelMap map = load_label_map(folder / "map.yaml");
  EXPECT_EQ(map.class_names, wanted.class_names);
  EXPECT_EQ(map.to_class, wanted.to_class);
  EXPECT_EQ(map.to_raw, wanted.to_raw) << "the smallest raw id of each class";
  EXPECT_TRUE(map.point_counts.empty());
  EXPECT_EQ(map.colors.size(), map.class_names.size());
}

TEST(BenchmarkMap, BrokenFilesAreRefused) {
  const ScratchFolder folder("benchmark_map_broken");
  const std::string labels = "labels: {0: a, 7: b, 8: c}\n";
  const std::string map = "learning_map: {0: 0, 7: 1, 8: 1}\n";
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
      {labels + "learning_map: [0, 1]\n", {"m.yaml:2", "learning_map", "a list of 2"}},
      {labels + "learning_map: {0: 0}\n", {"m.yaml:2", "at least 2 classes", "found 1"}},
      {labels + "learning_map: {0: 0, 7: 2}\n", {"m.yaml:2", "class 1 of 3 has no raw id"}},
      {labels + "learning_map: {0: 0, 7: 5000}\n", {"learning_map.7", "'5000'"}},
      {labels + "learning_map: {0: 0, 70000: 1}\n", {"70000"}},
      {labels + "learning_map: {0: 0, 7: 1, 07: 1}\n", {"7 is listed twice"}},
      {labels + map + "learning_map_inv: {0: 0}\n", {"class 1 of 2", "learning_map_inv"}},
      {labels + map + "learning_map_inv: {0: 0, 1: 9}\n", {"m.yaml:3", "'9: 1'"}},
      {labels + map + "learning_map_inv: {0: 0, 1: 7, 2: 8}\n", {"m.yaml:3", "class 2"}},
      {"labels: {0: a}\n" + map, {"m.yaml:1", "a name for raw id 7"}},
      {map, {"m.yaml", "labels: expected a name for raw id 0"}},
      {labels + map + "color_map: {7: [1, 2]}\n", {"m.yaml:3", "color_map.7"}},
      {labels + map + "color_map: {7: [1, 2, 300]}\n", {"color_map.7", "'300'"}},
      {labels + map + "content: {7: -1}\n", {"m.yaml:3", "content.7"}},
      {labels + map + "learning_ignore:\n  0: true\n  1: true\n",
       {"m.yaml:5", "learning_ignore.1", "expected false", "class 0 in learning_map"}},
      {labels + map + "learning_ignore: {0: false}\n", {"learning_ignore.0", "expected true"}},
      {labels + map + "learning_ignore: {0: maybe}\n", {"true or false"}},
  };
  for (const auto& [text, parts] : cases) {
    SCOPED_TRACE(text);
    write_text(folder / "m.yaml", text);
    expect_error<DataError>([&] { load_label_map(folder / "m.yaml"); }, parts);
  }
}

}  // namespace
}  // namespace lsk3d
