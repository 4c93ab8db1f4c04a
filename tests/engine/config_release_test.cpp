// SPDX-License-Identifier: MIT
// Configurations of the authors' release, read as ours.
#include <gtest/gtest.h>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/config.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::ScratchFolder;
using testing_support::write_text;

constexpr const char* kText = R"(format_version: 1
model_params:
  model_architecture: "largekernelseg"
  input_dims: 13
  spatial_shape: [1000, 1000, 70]
  scale_list: [2, 4, 8, 16, 16]
  hiden_size: 32
  num_classes: 20
  large_kernel_size: [7, 7, 7]
  spatial_group_partition: [0, 2, 5, 7]
  model_load_path: ''
dataset_params:
  training_size: 19130
  pc_dataset_type: "SemKITTI_sk"
  ignore_label: 0
  label_mapping: "./config/label_mapping/semantic-kitti-sub.yaml"
  num_classes: 20
  spatial_shape: [1000, 1000, 70]
  max_volume_space: [50, 50, 3]
  min_volume_space: [-50, -50, -4]
  train_data_loader:
    data_path: "./dataset/"
    batch_size: 6
    num_workers: 20
    rotate_aug: True
    flip_aug: False
    scale_aug: True
    transform_aug: False
    dropout_aug: True
    polarmix_aug: False
    mix_aug: True
    SphereCrop: True
    d_point_num: 80000
  val_data_loader:
    batch_size: 8
train_params:
  seed: 15
  max_num_epochs: 30
  learning_rate: 0.0002
  optimizer: SGD
  lr_scheduler: StepLR
  momentum: 0.8
  weight_decay: 1.0e-4
  nesterov: True
  lambda_lovasz: 2
  decay_step: 1
  decay_rate: 0.5
  amp_enabled: False
sparse_params:
  use_sparse: True
  growth: 'random'
  prune: 'magnitude'
  redistribution: 'none'
  prune_rate: 0.25
  sparsity: 0.3
  sparse_init: 'ERK'
  update_frequency: 8000
  stop_sparse_epoch: 0
)";

std::string changed(const std::string& from, const std::string& to) {
  std::string text = kText;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string message_of(const std::string& text) {
  try {
    parse_config(text, "lk.yaml");
  } catch (const UsageError& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  return "(no error)";
}

#define EXPECT_TELLS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "'" << (part) << "' is not in: " << (text)

TEST(ReleaseConfig, SaysTheSameInOurKeys) {
  const Config ours = parse_config(R"(
model: {channels: 32, kernel_size: 7, scales: [2, 4, 8, 16, 16], normals: reference}
voxels: {min: [-50, -50, -4], max: [50, 50, 3], grid: [1000, 1000, 70]}
sds: {enabled: true, sparsity: 0.3, partition: [0, 2, 5, 7], growth: random, distribution: erk,
      prune_rate: 0.25, update_every: 8000, stop_epoch: 0}
augmentation: {rotate: true, flip: false, scale_min: 0.95, scale_max: 1.05, translate_std: 0,
               drop_max: 0.2, drop_probability: 1, polar_mix: 0, instance_paste: 1,
               max_points: 80000}
data: {label_map: semantic_kitti}
train: {epochs: 30, batch_size: 6, optimizer: sgd, lr: 0.0002, momentum: 0.8, nesterov: true,
        weight_decay: 0.0001, schedule: step, decay_step: 1, decay_rate: 0.5, lovasz: 2,
        class_weights: false, workers: 20, seed: 15}
)",
                                   "ours");
  testing::internal::CaptureStderr();
  EXPECT_EQ(to_yaml(parse_config(kText, "lk.yaml")), to_yaml(ours));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TELLS(log,
               "lk.yaml: a configuration of the authors' release; left out: "
               "model_params.model_load_path, dataset_params.training_size, "
               "dataset_params.pc_dataset_type, "
               "dataset_params.train_data_loader.data_path, dataset_params.val_data_loader, "
               "train_params.amp_enabled");
}

TEST(ReleaseConfig, ClassWeightsAreOnWhereItHasCounts) {
  const std::string counts =
      "  seg_labelweights: [0, 55437630, 320797, 541736, 2578735, 3274484, 552662, 184064, 78858, "
      "240942562, 17294618, 170599734, 6369672, 230413074, 101130274, 476491114, 9833174, "
      "129609852, 4506626, 1168181]\n  train_data_loader:";
  testing::internal::CaptureStderr();
  EXPECT_TRUE(parse_config(changed("  train_data_loader:", counts), "lk").train.class_weights);
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("seg_labelweights"), std::string::npos);
  testing::internal::CaptureStderr();
  parse_config(changed("  train_data_loader:", "  seg_labelweights: [1, 2]\n  train_data_loader:"),
               "lk");
  EXPECT_TELLS(testing::internal::GetCapturedStderr(), "seg_labelweights");
}

TEST(ReleaseConfig, LabelMapsGoByTheNameOfTheirFile) {
  const std::string all = changed("semantic-kitti-sub.yaml", "semantic-kitti-all.yaml");
  EXPECT_EQ(parse_config(all, "lk").data.label_map, "semantic_kitti_multiscan_release");
  EXPECT_EQ(parse_config(changed("semantic-kitti-sub", "nuscenes"), "lk").data.label_map,
            "nuscenes");
  EXPECT_EQ(parse_config(changed("semantic-kitti-sub", "mine"), "lk").data.label_map,
            "./config/label_mapping/mine.yaml");
}

TEST(ReleaseConfig, MayBeABaseAndBeOverridden) {
  const ScratchFolder folder("config_release");
  write_text(folder / "lk.yaml", kText);
  write_text(folder / "run.yaml", "base: lk.yaml\ntrain: {epochs: 3}\n");
  const Config config = load_config(folder / "run.yaml", {"model.channels=16"});
  EXPECT_EQ(config.train.epochs, 3);
  EXPECT_EQ(config.train.batch_size, 6);
  EXPECT_EQ(config.model.channels, 16);
}

TEST(ReleaseConfig, WhatCannotBeDoneIsNamedWithItsLine) {
  EXPECT_TELLS(message_of(changed("largekernelseg", "arch_2dpass")),
               "lk.yaml:3: model_params.model_architecture: expected largekernelseg");
  EXPECT_TELLS(message_of(changed("input_dims: 13", "input_dims: 4")), "lk.yaml:4");
  EXPECT_TELLS(message_of(changed("hiden_size: 32", "hiden_size: 7")),
               "lk.yaml:7: model.channels: expected an even number");
  EXPECT_TELLS(message_of(changed("  num_classes: 20\n  spatial_shape",
                                  "  num_classes: 19\n  spatial_shape")),
               "lk.yaml:17: dataset_params.num_classes: expected '20' as in "
               "model_params.num_classes (lk.yaml:8), found '19'");
  EXPECT_TELLS(message_of(changed("[1000, 1000, 70]\n  max", "[1000, 1000, 60]\n  max")),
               "expected [1000, 1000, 70]");
  EXPECT_TELLS(message_of(changed("StepLR", "ReduceLROnPlateau")), "expected one of StepLR, ");
  EXPECT_TELLS(message_of(changed("flip_aug: False", "flip_aug: maybe")), "augmentation.flip");
  EXPECT_TELLS(message_of(changed("mix_aug: True", "mix_aug: 2")), "lk.yaml");
  EXPECT_TELLS(message_of(changed("'magnitude'", "'SET'")), "sparse_params.prune");
  EXPECT_TELLS(message_of(changed("ignore_label: 0", "ignore_label: 255")), "ignore_label");
  EXPECT_TELLS(message_of("model_params: 3"), "lk.yaml");
}

}  // namespace
}  // namespace lsk3d
