// SPDX-License-Identifier: MIT
#include "lsk3d/engine/config.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "lsk3d/core/check.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::ScratchFolder;
using testing_support::write_text;

std::string message_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parse_config(text, "run.yaml", overrides);
  } catch (const UsageError& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  return "(no error)";
}

#define EXPECT_TELLS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "'" << (part) << "' is not in: " << (text)

TEST(Config, AnUnknownKeyIsNamedWithItsLineAndTheNearestOne) {
  const std::string message = message_of("model:\n  channels: 8\ntrain:\n  epoch: 3\n");
  EXPECT_TELLS(message, "run.yaml:4");
  EXPECT_TELLS(message, "train.epoch");
  EXPECT_TELLS(message, "did you mean 'epochs'");
  const std::string section = message_of("\nmodle:\n  channels: 8\n");
  EXPECT_TELLS(section, "run.yaml:2");
  EXPECT_TELLS(section, "did you mean 'model'");
  EXPECT_TELLS(message_of("", {"sds.sparsty=0.3"}), "did you mean 'sparsity'");
}

TEST(Config, AWrongValueIsNamedWithWhatWasExpected) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"train: {epochs: many}", "train.epochs"},
      {"train: {epochs: 1.5}", "train.epochs"},
      {"train: {epochs: 0}", "from 1"},
      {"train: {epochs: [1]}", "train.epochs"},
      {"train: {lr: .nan}", "train.lr"},
      {"train: {lr: -1}", "train.lr"},
      {"train: {optimizer: adamx}", "adamw, adam, sgd"},
      {"train: {nesterov: maybe}", "true or false"},
      {"train: {seed: -1}", "train.seed"},
      {"model: {kernel_size: 4}", "model.kernel_size"},
      {"model: {kernel_size: [3, 5]}", "model.kernel_size"},
      {"model: {channels: 7}", "model.channels"},
      {"model: {scales: 2}", "model.scales"},
      {"model: {scales: []}", "model.scales"},
      {"model: 8", "model"},
      {"voxels: {min: [0, 0]}", "voxels.min"},
      {"voxels: {min: [60, 0, 0]}", "voxels.min"},
      {"voxels: {grid: [0, 1, 1]}", "voxels.grid"},
      {"data: {train: [3:1]}", "data.train"},
      {"sds: {enabled: true, partition: [0, 3]}", "sds.partition"},
      {"model: {conv: dense}", "full, depthwise, shared"},
      {"model: {conv: shared, kernel_size: 5}", "model.shared_partition"},
      {"model: {conv: shared, shared_partition: [0, 4, 4, 9]}", "from 0 to the kernel size 9"},
      {"model: {conv: shared, shared_partition: [0, 3, 300]}", "model.shared_partition"},
      {"model: {conv: shared}\nsds: {enabled: true}", "sds.enabled"},
      {"model: {conv: depthwise}\nsds: {enabled: true, granularity: block}", "sds.granularity"},
      {"model: {conv: depthwise}\nsds: {enabled: true, granularity: '2:4'}", "model.conv"},
      {"augmentation: {scale_min: 1.2}", "augmentation.scale_min"},
  };
  for (const auto& [text, part] : wrong) EXPECT_TELLS(message_of(text), part) << " for " << text;
}

TEST(Config, ScalesMayRepeatButNotFall) {
  const Config nuscenes = parse_config("model: {scales: [2, 4, 8, 16, 16]}", "run.yaml");
  EXPECT_EQ(nuscenes.model.scales, (std::vector<int>{2, 4, 8, 16, 16}));
  EXPECT_EQ(parse_config(to_yaml(nuscenes), "written").model.scales, nuscenes.model.scales);
  const std::string falls = message_of("model:\n  channels: 8\n  scales: [2, 8, 4]\n");
  EXPECT_TELLS(falls,
               "run.yaml:3: model.scales: expected none below the one before, found 4 after 8");
  EXPECT_TELLS(message_of("model:\n  scales: [1, 2]\n"),
               "run.yaml:2: model.scales: expected a whole number from 2 to 65536, found '1'");
}

/// What trainer, model, optimizer and schedule would refuse, the configuration refuses with its
/// line.
TEST(Config, WhatFailsLaterIsRefusedWithItsLine) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"train:\n  momentum: 1\n",
       "run.yaml:2: train.momentum: expected a number in [0, 1), found '1'"},
      {"train:\n  decay_rate: 0\n",
       "run.yaml:2: train.decay_rate: expected a number in (0, 1], found '0'"},
      {"train:\n  warmup_epochs: 1e6\n",
       "run.yaml:2: train.warmup_epochs: expected a number in [0, 1"},
      {"train:\n  optimizer: sgd\n  momentum: 0\n", "run.yaml:3: train.nesterov: expected false"},
      {"train: {optimizer: sgd, nesterov: no, momentum: 0}\nsds:\n  enabled: true\n  growth: "
       "momentum",
       "run.yaml:4: sds.growth: expected random or gradient"},
      {"cws:\n  enabled: true\n  start: 0.8\n", "run.yaml:3: cws.start: expected a share up to"},
      {"cws:\n  enabled: true\n  width_factor: 8\nmodel: {channels: 1024}\n",
       "run.yaml:3: cws.width_factor"},
      {"model:\n  channels: 7\n", "run.yaml:2: model.channels: expected an even number, found 7"},
      {"voxels:\n  min: [60, 0, 0]\n", "run.yaml:2: voxels.min: expected"},
      {"sds:\n  enabled: true\nmodel:\n  kernel_size: 5\n", "run.yaml:4: sds.partition: expected"},
      {"model:\n  conv: shared\nsds:\n  enabled: true\n",
       "run.yaml:4: sds.enabled: expected false"},
      {"augmentation:\n  scale_min: 1.2\n", "run.yaml:2: augmentation.scale_min: expected at most"},
  };
  for (const auto& [text, part] : wrong) EXPECT_TELLS(message_of(text), part);
  EXPECT_TELLS(message_of("", {"train.momentum=1"}), "--set train.momentum=1: train.momentum");
}

TEST(Config, BrokenYamlIsNamedWithItsLine) {
  EXPECT_TELLS(message_of("model:\n  channels: [8\n"), "run.yaml:");
  EXPECT_TELLS(message_of("model: {channels: 8, channels: 9}"), "given twice");
  EXPECT_TELLS(message_of("- 1\n- 2\n"), "run.yaml");
  std::string deep = "model: ";
  for (int i = 0; i < 100; ++i) deep += "[";
  EXPECT_THROW(parse_config(deep, "run.yaml"), UsageError);
}

TEST(Config, TextThatUnfoldsWithoutEndIsRefused) {
  std::string bomb = "model:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 10; ++i) {
    bomb += str_cat("  a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) bomb += str_cat("*a", i - 1, ", ");
    bomb += "]\n";
  }
  EXPECT_TELLS(message_of(bomb), "values, aliases expanded");
  EXPECT_TELLS(message_of("model: " + std::string(200000, '[')), "run.yaml:1: expected at most");
  const std::string set = message_of("", {"model.scales=" + std::string(100000, '[')});
  EXPECT_TELLS(set, "--set model.scales=[[[");
  EXPECT_LT(set.size(), 300u);
  std::string dots = "a";
  for (int i = 0; i < 100000; ++i) dots += ".a";
  EXPECT_TELLS(message_of("", {dots + "=1"}), "section.key=value");
  EXPECT_TELLS(message_of("", {"a\nb.c=1"}), "--set a b.c=1: expected section.key=value");
  EXPECT_TELLS(message_of("train: {lr: \"a\\nb\"}"), "'a?b'");
}

TEST(Config, AliasesAndMergeKeysWork) {
  const Config config = parse_config(
      "model: {scales: &s [2, 4]}\nsds: &off {enabled: Off, partition: [0, 9]}\n"
      "cws:\n  <<: {enabled: Yes}\n  steps: 2\n",
      "run.yaml");
  EXPECT_EQ(config.model.scales, (std::vector<int>{2, 4}));
  EXPECT_TRUE(config.cws.enabled);
  EXPECT_EQ(config.cws.steps, 2);
}

TEST(Config, BooleansAndNumbersAreTakenAsPeopleWriteThem) {
  for (const char* word : {"True", "TRUE", "On", "Yes", "YES", "y", "Y", "true", "'true'"})
    EXPECT_TRUE(parse_config(std::string("cws: {enabled: ") + word + "}", "a").cws.enabled) << word;
  for (const char* word : {"False", "FALSE", "Off", "No", "NO", "n", "N", "false"})
    EXPECT_FALSE(parse_config("", "a", {std::string("train.nesterov=") + word}).train.nesterov)
        << word;
  const Config config = parse_config(
      "train: {lr: .5, weight_decay: 1e-2, epochs: +3, seed: 1_000, warmup_epochs: 5.}\n"
      "model: {channels: 010}\nsds: {update_every: 8e3}",
      "a");
  EXPECT_EQ(config.train.lr, 0.5);
  EXPECT_EQ(config.train.weight_decay, 0.01);
  EXPECT_EQ(config.train.epochs, 3);
  EXPECT_EQ(config.train.seed, 1000u);
  EXPECT_EQ(config.train.warmup_epochs, 5);
  EXPECT_EQ(config.sds.update_every, 8000);
  EXPECT_EQ(config.model.channels, 10);
  for (const char* number : {".inf", "-.inf", "inf", "nan", "1,5", "0.1.2"})
    EXPECT_TELLS(message_of("", {std::string("train.lr=") + number}), "train.lr: expected");
}

TEST(Config, AnEmptySectionChangesNothingInItsBase) {
  const ScratchFolder folder("config_empty");
  write_text(folder / "base.yaml", "model: {channels: 4}\n");
  for (const char* nothing : {"", "~", "null", "Null"}) {
    write_text(folder / "run.yaml", str_cat("base: base.yaml\nmodel: ", nothing, "\n"));
    EXPECT_EQ(load_config(folder / "run.yaml").model.channels, 4) << nothing;
  }
  EXPECT_TELLS(message_of("train: {lr: ~}"),
               "train.lr: expected a number from 0 to 100, found nothing");
}

TEST(Config, OverridesComeLastAndMustHaveTheirForm) {
  const Config config = parse_config("train: {lr: 0.1}", "run.yaml",
                                     {"train.lr=0.2", "data.train=[1, 2]", "train.epochs=3"});
  EXPECT_EQ(config.train.lr, 0.2);
  EXPECT_EQ(config.train.epochs, 3);
  EXPECT_EQ(config.data.train, (std::vector<std::string>{"1", "2"}));
  EXPECT_TELLS(message_of("", {"train.lr"}), "section.key=value");
  EXPECT_TELLS(message_of("", {"=3"}), "section.key=value");
  EXPECT_TELLS(message_of("", {"train.lr=fast"}), "--set train.lr=fast");
}

TEST(Config, ABaseIsReadFirstAndMayNotLeadBack) {
  const ScratchFolder folder("config");
  write_text(folder / "base.yaml", "model: {channels: 4}\ntrain: {lr: 0.1, epochs: 7}\n");
  std::filesystem::create_directories(folder / "sub");
  write_text(folder / "sub/run.yaml", "base: ../base.yaml\ntrain: {lr: 0.3}\n");
  const Config config = load_config(folder / "sub/run.yaml", {"model.classes=5"});
  EXPECT_EQ(config.model.channels, 4);
  EXPECT_EQ(config.model.classes, 5);
  EXPECT_EQ(config.train.lr, 0.3);
  EXPECT_EQ(config.train.epochs, 7);
  write_text(folder / "a.yaml", "base: b.yaml\n");
  write_text(folder / "b.yaml", "base: a.yaml\n");
  EXPECT_THROW(load_config(folder / "a.yaml"), UsageError);
  write_text(folder / "c.yaml", "\nbase: none.yaml\n");
  try {
    load_config(folder / "c.yaml");
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_TELLS(std::string(e.what()), "c.yaml:2");
    EXPECT_TELLS(std::string(e.what()), "none.yaml");
  }
  // An unknown key is blamed on the file it stands in.
  write_text(folder / "bad_base.yaml", "train:\n  lrr: 1\n");
  write_text(folder / "d.yaml", "base: bad_base.yaml\n");
  try {
    load_config(folder / "d.yaml");
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_TELLS(std::string(e.what()), "bad_base.yaml:2");
  }
  EXPECT_THROW(load_config(folder / "nowhere.yaml"), Error);
}

TEST(Config, ReadsWhatItWrites) {
  Config config;
  config.model.kernel = {3, 5, 7};
  config.model.scales = {2, 6};
  config.model.conv = "depthwise";
  config.model.shared_partition = {0, 1, 7};
  config.voxels.min = {-12.3f, -1e-3f, 0.1f};
  config.data.label_map = "it's a path";
  config.train.lr = 0.1 + 0.2;
  config.train.seed = 9007199254740991ull;
  config.sds.update_every = 1234567;
  config.train.nesterov = false;
  const std::string text = to_yaml(config);
  const Config back = parse_config(text, "written");
  EXPECT_EQ(to_yaml(back), text);
  EXPECT_EQ(back.model.kernel, config.model.kernel);
  EXPECT_EQ(back.model.conv, "depthwise");
  EXPECT_EQ(back.model.shared_partition, config.model.shared_partition);
  EXPECT_EQ(back.voxels.min, config.voxels.min);
  EXPECT_EQ(back.data.label_map, config.data.label_map);
  EXPECT_EQ(back.train.lr, config.train.lr);
  EXPECT_EQ(back.train.seed, config.train.seed);
  EXPECT_EQ(back.sds.update_every, config.sds.update_every);
}

TEST(Config, ClassesAreTheLabelMapsUnlessSaid) {
  const ScratchFolder folder("config_classes");
  const std::string map = folder / "map.yaml";
  write_text(map,
             "classes: [{name: a, raw: 0}, {name: b, raw: 1}, {name: c, raw: 2}]\n"
             "raw: {0: 0, 1: 1, 2: 2}\n");
  EXPECT_EQ(parse_config("", "a").model.classes, 20);
  EXPECT_EQ(parse_config("", "a", {"data.label_map=nuscenes"}).model.classes, 17);
  EXPECT_EQ(parse_config("data: {label_map: " + map + "}", "a").model.classes, 3);
  EXPECT_EQ(parse_config("model: {classes: 5}", "a").model.classes, 5);
  for (const char* nothing : {"", "~", "null"})
    EXPECT_EQ(parse_config("model: {classes: 5}\ndata: {label_map: nuscenes}", "a",
                           {std::string("model.classes=") + nothing})
                  .model.classes,
              17);
  // What is written always carries the number, and then needs no label map.
  const std::string written = to_yaml(parse_config("data: {label_map: " + map + "}", "a"));
  std::filesystem::remove(map);
  EXPECT_EQ(parse_config(written, "a").model.classes, 3);
  EXPECT_THROW(parse_config("data: {label_map: " + map + "}", "a"), DataError);
  EXPECT_TELLS(message_of("data:\n  label_map: semantic_kiti\n"),
               "run.yaml:2: data.label_map: label map 'semantic_kiti': expected one of");
}

TEST(Config, EveryShippedFileIsValid) {
  int count = 0;
  for (const char* folder : {"/configs", "/configs/comparison"})
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(LSK3D_SOURCE_DIR) + folder))
      if (entry.path().extension() == ".yaml") {
        EXPECT_NO_THROW(load_config(entry.path().string())) << entry.path();
        ++count;
      }
  EXPECT_GE(count, 13);
  const std::string folder = std::string(LSK3D_SOURCE_DIR) + "/configs/";
  const Config paper = load_config(folder + "lsk3dnet_semantickitti.yaml");
  EXPECT_EQ(paper.model.channels, 64);
  EXPECT_EQ(paper.model.kernel, KernelSize::cube(9));
  EXPECT_TRUE(paper.sds.enabled);
  EXPECT_EQ(load_config(folder + "lsk3dnet_semantickitti_multiscan.yaml").model.classes, 26);
  EXPECT_EQ(load_config(folder + "lsk3dnet_semantickitti_multiscan.yaml").model.channels, 64);
  const Config slak = load_config(folder + "comparison/slak_k9.yaml");
  EXPECT_EQ(slak.model.conv, "depthwise");
  EXPECT_EQ(slak.model.channels, 84);
  EXPECT_TRUE(slak.sds.enabled);
  EXPECT_EQ(load_config(folder + "comparison/largekernel3d_k9.yaml").model.conv, "shared");
  EXPECT_FALSE(load_config(folder + "comparison/dense_k9.yaml").sds.enabled);
}

}  // namespace
}  // namespace lsk3d
