// SPDX-License-Identifier: MIT
// The one list of configuration keys with their ranges; reading, writing and "did you mean" all
// walk it.
#pragma once
#include <limits>

#include "lsk3d/engine/config.h"

namespace lsk3d {

constexpr double kAny = std::numeric_limits<double>::infinity();

/// An end of a key's range; an open one is no value itself.
struct Bound {
  Bound(double at, bool is_open = false) : value(at), open(is_open) {}  // plain numbers are closed
  double value;
  bool open;
};
inline Bound above(double value) { return {value, true}; }
inline Bound below(double value) { return {value, true}; }

template <typename Visitor>
void visit_fields(Visitor& v, ModelSettings& s) {
  v.choice("name", s.name, {"lsk3dnet"});
  v.number("classes", s.classes, 2, 1024);
  v.number("channels", s.channels, 2, 4096);
  v.number("inner_channels", s.inner_channels, 0, 4096);
  v.kernel("kernel_size", s.kernel);
  v.choice("conv", s.conv, {"full", "depthwise", "shared"});
  v.list("shared_partition", s.shared_partition, 0, 255);
  v.list("scales", s.scales, 2, 65536);
  v.choice("normals", s.normals, {"range_image", "reference", "none"});
}

template <typename Visitor>
void visit_fields(Visitor& v, VoxelSettings& s) {
  v.triple("min", s.min, -1e6, 1e6);
  v.triple("max", s.max, -1e6, 1e6);
  v.triple("grid", s.grid, 1, 1 << 20);
}

template <typename Visitor>
void visit_fields(Visitor& v, SdsSettings& s) {
  v.flag("enabled", s.enabled);
  v.number("sparsity", s.sparsity, 0, 0.999);
  v.list("partition", s.partition, 0, 255);
  v.choice("granularity", s.granularity, {"element", "offset", "block", "2:4"});
  v.choice("growth", s.growth, {"random", "gradient", "momentum"});
  v.choice("distribution", s.distribution, {"erk", "uniform"});
  v.number("prune_rate", s.prune_rate, 0, 1);
  v.number("final_prune_rate", s.final_prune_rate, 0, 1);
  v.number("cost_exponent", s.cost_exponent, 0, 2);
  v.number("update_every", s.update_every, 1, 1e12);
  v.number("stop_epoch", s.stop_epoch, -1, 1e6);
}

template <typename Visitor>
void visit_fields(Visitor& v, CwsSettings& s) {
  v.flag("enabled", s.enabled);
  v.number("width_factor", s.width_factor, 1, 8);
  v.choice("scope", s.scope, {"stream", "inner"});
  v.choice("importance", s.importance, {"magnitude", "bn_scale", "taylor"});
  v.number("start", s.start, 0, 1);
  v.number("stop", s.stop, 0, 1);
  v.number("steps", s.steps, 1, 1000);
  v.number("smoothing", s.smoothing, 0, 0.9999);
}

template <typename Visitor>
void visit_fields(Visitor& v, DataSettings& s) {
  v.choice("kind", s.kind, {"semantic_kitti"});
  v.text("label_map", s.label_map);
  v.names("train", s.train);
  v.names("valid", s.valid);
  v.names("test", s.test);
  v.words("columns", s.format.columns);
  v.text("remission_field", s.format.remission_field);
  v.text("remission_scale", s.format.remission_scale);
  v.flag("skip_bad", s.skip_bad);
}

template <typename Visitor>
void visit_fields(Visitor& v, SensorSettings& s) {
  v.number("fov_up", s.fov_up, -90, 90);
  v.number("fov_down", s.fov_down, -90, 90);
  v.number("rows", s.rows, 2, 1024);
  v.number("columns", s.columns, 16, 16384);
  v.number("height", s.height, -100, 1000);
}

template <typename Visitor>
void visit_fields(Visitor& v, AugmentationSettings& s) {
  v.flag("rotate", s.rotate);
  v.flag("flip", s.flip);
  v.number("scale_min", s.scale_min, 0.1, 10);
  v.number("scale_max", s.scale_max, 0.1, 10);
  v.number("translate_std", s.translate_std, 0, 10);
  v.number("tilt_std", s.tilt_std, 0, 45);
  v.number("jitter_std", s.jitter_std, 0, 10);
  v.number("remission_std", s.remission_std, 0, 1);
  v.number("drop_max", s.drop_max, 0, 0.95);
  v.number("drop_probability", s.drop_probability, 0, 1);
  v.number("instance_paste", s.instance_paste, 0, 1);
  v.number("polar_mix", s.polar_mix, 0, 1);
  v.number("max_points", s.max_points, 0, 1e9);
  v.flag("shuffle", s.shuffle);
}

template <typename Visitor>
void visit_fields(Visitor& v, TrainSettings& s) {
  v.number("epochs", s.epochs, 1, 1e6);
  v.number("batch_size", s.batch_size, 1, 4096);
  v.choice("optimizer", s.optimizer, {"adamw", "adam", "sgd"});
  v.number("lr", s.lr, 0, 100);
  v.number("momentum", s.momentum, 0, below(1));
  v.flag("nesterov", s.nesterov);
  v.number("weight_decay", s.weight_decay, 0, 10);
  v.choice("schedule", s.schedule, {"one_cycle", "cosine", "step", "warmup_cosine", "constant"});
  v.number("decay_step", s.decay_step, 1, 1e6);
  v.number("decay_rate", s.decay_rate, above(0), 1);
  v.number("warmup_epochs", s.warmup_epochs, 0, below(1e6));
  v.choice("precision", s.precision, {"f32", "bf16"});
  v.number("clip_norm", s.clip_norm, 0, 1e6);
  v.number("label_smoothing", s.label_smoothing, 0, 0.99);
  v.number("lovasz", s.lovasz, 0, 1e3);
  v.flag("class_weights", s.class_weights);
  v.choice("class_counts", s.class_counts, {"label_map", "training_set"});
  v.number("workers", s.workers, 0, 256);
  v.number("validate_every", s.validate_every, 0, 1e6);
  v.number("save_minutes", s.save_minutes, 0, 1e6);
  v.number("log_every", s.log_every, 1, 1e6);
  v.number("seed", s.seed, 0, 9007199254740992.0);
}

template <typename Visitor>
void visit_sections(Visitor& v, Config& config) {
  v.section("model", config.model);
  v.section("voxels", config.voxels);
  v.section("sds", config.sds);
  v.section("cws", config.cws);
  v.section("data", config.data);
  v.section("sensor", config.model.sensor);
  v.section("augmentation", config.augmentation);
  v.section("train", config.train);
}

}  // namespace lsk3d
