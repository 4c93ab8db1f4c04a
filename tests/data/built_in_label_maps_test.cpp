// SPDX-License-Identifier: MIT
// The built-in label maps, entry by entry, against the tables of the data sets.
#include <gtest/gtest.h>

#include <algorithm>

#include "lsk3d/data/label_map.h"

namespace lsk3d {
namespace {

using Color = std::array<std::uint8_t, 3>;

struct KittiLabel {
  int raw;
  const char* name;
  int single, multi;  // classes of the benchmark's two tasks
  Color color;
  double share;  // of all labelled points of the data set
};

const std::vector<KittiLabel> kKitti{
    {0, "unlabeled", 0, 0, {0, 0, 0}, 0.0189},
    {1, "outlier", 0, 0, {255, 0, 0}, 0.000294},
    {10, "car", 1, 1, {100, 150, 245}, 0.0408},
    {11, "bicycle", 2, 2, {100, 230, 245}, 0.000166},
    {13, "bus", 5, 5, {100, 80, 250}, 2.79e-05},
    {15, "motorcycle", 3, 3, {30, 60, 150}, 0.000398},
    {16, "on-rails", 5, 5, {0, 0, 255}, 0},
    {18, "truck", 4, 4, {80, 30, 180}, 0.00206},
    {20, "other-vehicle", 5, 5, {0, 0, 255}, 0.00162},
    {30, "person", 6, 6, {255, 30, 30}, 0.000177},
    {31, "bicyclist", 7, 7, {255, 40, 200}, 1.11e-08},
    {32, "motorcyclist", 8, 8, {150, 30, 90}, 5.53e-09},
    {40, "road", 9, 9, {255, 0, 255}, 0.199},
    {44, "parking", 10, 10, {255, 150, 255}, 0.0147},
    {48, "sidewalk", 11, 11, {75, 0, 75}, 0.144},
    {49, "other-ground", 12, 12, {175, 0, 75}, 0.0039},
    {50, "building", 13, 13, {255, 200, 0}, 0.133},
    {51, "fence", 14, 14, {255, 120, 50}, 0.0724},
    {52, "other-structure", 0, 0, {255, 150, 0}, 0.0024},
    {60, "lane-marking", 9, 9, {150, 255, 170}, 4.71e-05},
    {70, "vegetation", 15, 15, {0, 175, 0}, 0.267},
    {71, "trunk", 16, 16, {135, 60, 0}, 0.00604},
    {72, "terrain", 17, 17, {150, 240, 80}, 0.0781},
    {80, "pole", 18, 18, {255, 240, 150}, 0.00286},
    {81, "traffic-sign", 19, 19, {255, 0, 0}, 0.000616},
    {99, "other-object", 0, 0, {50, 255, 255}, 0.00992},
    {252, "moving-car", 1, 20, {100, 150, 245}, 0.00179},
    {253, "moving-bicyclist", 7, 21, {255, 40, 200}, 0.000127},
    {254, "moving-person", 6, 22, {255, 30, 30}, 0.000161},
    {255, "moving-motorcyclist", 8, 23, {150, 30, 90}, 3.75e-05},
    {256, "moving-on-rails", 5, 24, {0, 0, 255}, 0},
    {257, "moving-bus", 5, 24, {100, 80, 250}, 0.000114},
    {258, "moving-truck", 4, 25, {80, 30, 180}, 0.000102},
    {259, "moving-other-vehicle", 5, 24, {0, 0, 255}, 4.38e-05},
};

const std::vector<double> kKittiCounts{0,         55437630,  320797,    541736,    2578735,
                                       3274484,   552662,    184064,    78858,     240942562,
                                       17294618,  170599734, 6369672,   230413074, 101130274,
                                       476491114, 9833174,   129609852, 4506626,   1168181};
const std::vector<int> kKittiRaw{0,  10, 11, 15, 18, 20, 30, 31,  32,  40,  44,  48,  49,
                                 50, 51, 70, 71, 72, 80, 81, 252, 253, 254, 255, 259, 258};

/// `class_of(entry)` is the class that the map must give it.
template <typename ClassOf>
void expect_kitti(const LabelMap& map, std::size_t classes, ClassOf class_of) {
  ASSERT_EQ(map.class_names.size(), classes);
  ASSERT_EQ(map.to_class.size(), kKitti.size());
  std::vector<double> shares(classes, 0);
  for (const KittiLabel& label : kKitti) {
    EXPECT_EQ(map.to_class.at(label.raw), class_of(label)) << label.name;
    if (class_of(label) > 0) shares[static_cast<std::size_t>(class_of(label))] += label.share;
  }
  for (std::size_t c = 0; c < classes; ++c) {
    EXPECT_EQ(map.to_raw[c], kKittiRaw[c]) << c;
    const auto label = std::find_if(kKitti.begin(), kKitti.end(),
                                    [&](const KittiLabel& l) { return l.raw == kKittiRaw[c]; });
    EXPECT_EQ(map.class_names[c], label->name);
    EXPECT_EQ(map.colors[c], label->color) << label->name;
    if (classes > 20) {
      EXPECT_NEAR(map.point_counts[c], shares[c], 1e-3 * shares[c]) << label->name;
    }
  }
}

TEST(BuiltInLabelMaps, SemanticKittiIsTheBenchmarks) {
  const LabelMap map = load_label_map("semantic_kitti");
  expect_kitti(map, 20, [](const KittiLabel& label) { return label.single; });
  EXPECT_EQ(map.point_counts, kKittiCounts);
}

TEST(BuiltInLabelMaps, MultiscanIsTheBenchmarks) {
  const LabelMap map = load_label_map("semantic_kitti_multiscan");
  EXPECT_EQ(map.name, "semantic_kitti_multiscan");
  expect_kitti(map, 26, [](const KittiLabel& label) { return label.multi; });
  EXPECT_EQ(map.to_class.at(256), 24);
  EXPECT_EQ(map.to_class.at(257), 24);
}

TEST(BuiltInLabelMaps, MultiscanOfTheReleaseCountsMovingBusesAsResting) {
  const LabelMap map = load_label_map("semantic_kitti_multiscan_release");
  EXPECT_EQ(map.name, "semantic_kitti_multiscan_release");
  expect_kitti(map, 26, [](const KittiLabel& label) {
    return label.raw == 256 || label.raw == 257 ? 5 : label.multi;
  });
}

TEST(BuiltInLabelMaps, NuScenesIsItsLidarseg) {
  const std::vector<int> classes{0, 0, 7, 7, 7, 0, 7, 0,  0,  1,  0,  0,  8,  0, 2,  3,
                                 3, 4, 5, 0, 0, 6, 9, 10, 11, 12, 13, 14, 15, 0, 16, 0};
  const std::vector<std::string> names{
      "noise",      "barrier",    "bicycle",      "bus",     "car",       "construction_vehicle",
      "motorcycle", "pedestrian", "traffic_cone", "trailer", "truck",     "driveable_surface",
      "other_flat", "sidewalk",   "terrain",      "manmade", "vegetation"};
  const LabelMap map = load_label_map("nuscenes");
  EXPECT_EQ(map.class_names, names);
  ASSERT_EQ(map.to_class.size(), classes.size());
  for (std::size_t raw = 0; raw < classes.size(); ++raw)
    EXPECT_EQ(map.to_class.at(static_cast<int>(raw)), classes[raw]) << raw;
  for (std::size_t c = 0; c < names.size(); ++c)  // the first raw id of the class is written
    EXPECT_EQ(map.to_raw[c],
              std::find(classes.begin(), classes.end(), static_cast<int>(c)) - classes.begin())
        << names[c];
}

}  // namespace
}  // namespace lsk3d
