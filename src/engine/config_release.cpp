// SPDX-License-Identifier: MIT
#include "config_release.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <set>
#include <utility>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/io/yaml_scalar.h"

namespace lsk3d {
namespace {

using Kind = YamlTree::Kind;
using Words = std::initializer_list<std::pair<const char*, const char*>>;

constexpr const char* kSections[] = {"model_params", "dataset_params", "train_params",
                                     "sparse_params"};
constexpr const char* kLoader = "dataset_params.train_data_loader.";

class ReleaseReader {
 public:
  explicit ReleaseReader(const YamlTree& tree) : tree_(tree) { ours_.kind = Kind::map; }

  YamlTree read() {
    for (const char* section : kSections) {
      const YamlTree* node = tree_.find(section);
      LSK3D_CHECK(!node || node->kind == Kind::map || node->kind == Kind::none, UsageError,
                  node->where(), ": ", section, ": expected a section of keys, found ",
                  node->found());
    }
    read_model();
    read_data();
    read_augmentation();
    read_training();
    read_sparsity();
    say_what_is_left_out();
    for (const auto& [key, value] : tree_.entries)
      if (!is_theirs(key)) ours_.entries.emplace_back(key, value);
    return std::move(ours_);
  }

 private:
  static bool is_theirs(const std::string& key) {
    return key == "format_version" ||
           std::find(std::begin(kSections), std::end(kSections), key) != std::end(kSections);
  }

  void read_model() {
    must_be("model_params.model_architecture", "largekernelseg");
    must_be("model_params.input_dims", "13");
    rename({{"model_params.spatial_shape", "voxels.grid"},
            {"model_params.scale_list", "model.scales"},
            {"model_params.hiden_size", "model.channels"},
            {"model_params.num_classes", "model.classes"},
            {"model_params.large_kernel_size", "model.kernel_size"},
            {"model_params.spatial_group_partition", "sds.partition"}});
    // What the authors' code computes, whatever its configuration says.
    put("model.normals", "reference", tree_);
  }

  void read_data() {
    must_be("dataset_params.ignore_label", "0");
    must_equal("dataset_params.num_classes", "model_params.num_classes");
    must_equal("dataset_params.spatial_shape", "model_params.spatial_shape");
    rename({{"dataset_params.min_volume_space", "voxels.min"},
            {"dataset_params.max_volume_space", "voxels.max"}});
    std::string label_map = "semantic_kitti";
    if (const YamlTree* file = take("dataset_params.label_mapping")) {
      label_map = label_map_of(file->scalar);
      put("data.label_map", label_map, *file);
    }
    const YamlTree* counts = find("dataset_params.seg_labelweights");
    put("train.class_weights", counts ? "true" : "false", counts ? *counts : tree_);
    if (counts && same_counts(*counts, label_map)) taken_.insert("dataset_params.seg_labelweights");
  }

  /// Each is on or off there and has a strength here.
  void read_augmentation() {
    rename({{"rotate_aug", "augmentation.rotate"},
            {"flip_aug", "augmentation.flip"},
            {"ShufflePoint", "augmentation.shuffle"},
            {"batch_size", "train.batch_size"},
            {"num_workers", "train.workers"}},
           kLoader);
    turn("scale_aug", {{"scale_min", "0.95"}, {"scale_max", "1.05"}},
         {{"scale_min", "1"}, {"scale_max", "1"}});
    turn("transform_aug", {{"translate_std", "0.1"}}, {{"translate_std", "0"}});
    turn("dropout_aug", {{"drop_max", "0.2"}, {"drop_probability", "1"}}, {{"drop_max", "0"}});
    turn("polarmix_aug", {{"polar_mix", "1"}}, {{"polar_mix", "0"}});
    turn("mix_aug", {{"instance_paste", "1"}}, {{"instance_paste", "0"}});
    const YamlTree* points = take(std::string(kLoader) + "d_point_num");
    if (turn("SphereCrop", {}, {}) && points)
      put("augmentation.max_points", points->scalar, *points);
  }

  void read_training() {
    rename({{"train_params.seed", "train.seed"},
            {"train_params.max_num_epochs", "train.epochs"},
            {"train_params.learning_rate", "train.lr"},
            {"train_params.momentum", "train.momentum"},
            {"train_params.nesterov", "train.nesterov"},
            {"train_params.weight_decay", "train.weight_decay"},
            {"train_params.decay_step", "train.decay_step"},
            {"train_params.decay_rate", "train.decay_rate"},
            {"train_params.lambda_lovasz", "train.lovasz"}});
    translate("train_params.optimizer", "train.optimizer",
              {{"SGD", "sgd"}, {"Adam", "adam"}, {"AdamW", "adamw"}});
    translate("train_params.lr_scheduler", "train.schedule",
              {{"StepLR", "step"},
               {"CosineAnnealingLR", "cosine"},
               {"OneCycleLR", "one_cycle"},
               {"CosineAnnealingWarmRestarts", "warmup_cosine"},
               {"None", "constant"}});
  }

  void read_sparsity() {
    must_be("sparse_params.prune", "magnitude");
    must_be("sparse_params.redistribution", "none");
    rename({{"sparse_params.use_sparse", "sds.enabled"},
            {"sparse_params.growth", "sds.growth"},
            {"sparse_params.prune_rate", "sds.prune_rate"},
            {"sparse_params.sparsity", "sds.sparsity"},
            {"sparse_params.update_frequency", "sds.update_every"},
            {"sparse_params.stop_sparse_epoch", "sds.stop_epoch"}});
    translate("sparse_params.sparse_init", "sds.distribution",
              {{"ERK", "erk"}, {"uniform", "uniform"}});
  }

  const YamlTree* find(const std::string& path) const {
    const YamlTree* node = &tree_;
    for (std::size_t begin = 0; node && begin <= path.size();) {
      const std::size_t dot = std::min(path.find('.', begin), path.size());
      node = node->find(path.substr(begin, dot - begin));
      begin = dot + 1;
    }
    return node;
  }
  /// What stands there; it counts as read.
  const YamlTree* take(const std::string& path) {
    taken_.insert(path);
    return find(path);
  }

  void put(const std::string& key, YamlTree value) {
    const auto dot = key.find('.');
    YamlTree* section = ours_.find(key.substr(0, dot));
    if (!section) {
      YamlTree made;
      made.kind = Kind::map;
      made.line = value.line;
      made.source = value.source;
      section = &ours_.entries.emplace_back(key.substr(0, dot), std::move(made)).second;
    }
    section->entries.emplace_back(key.substr(dot + 1), std::move(value));
  }
  /// `text` in the place of `at`.
  void put(const std::string& key, const std::string& text, const YamlTree& at) {
    YamlTree value;
    value.kind = Kind::scalar;
    value.scalar = text;
    value.line = at.line;
    value.source = at.source;
    put(key, std::move(value));
  }

  void rename(Words keys, const std::string& prefix = "") {
    for (const auto& [from, to] : keys)
      if (const YamlTree* node = take(prefix + from)) put(to, *node);
  }

  /// Puts under augmentation what a switch means; whether it is on.
  bool turn(const char* name, Words on, Words off) {
    const std::string path = std::string(kLoader) + name;
    const YamlTree* node = take(path);
    if (!node) return false;
    const auto said = yaml_bool(node->scalar);
    LSK3D_CHECK(said, UsageError, node->where(), ": ", path, ": expected true or false, found ",
                node->found());
    for (const auto& [key, text] : *said ? on : off)
      put(std::string("augmentation.") + key, text, *node);
    return *said;
  }

  void translate(const std::string& path, const char* to, Words words) {
    const YamlTree* node = take(path);
    if (!node) return;
    std::string known;
    for (const auto& [theirs, ours] : words) {
      if (node->scalar == theirs) return put(to, ours, *node);
      known += (known.empty() ? "" : ", ") + std::string(theirs);
    }
    throw UsageError(
        str_cat(node->where(), ": ", path, ": expected one of ", known, ", found ", node->found()));
  }

  void must_be(const std::string& path, const char* expected) {
    const YamlTree* node = take(path);
    LSK3D_CHECK(!node || node->scalar == expected, UsageError, node->where(), ": ", path,
                ": expected ", expected, ", which is what lsk3d does, found ", node->found());
  }

  void must_equal(const std::string& path, const std::string& other) {
    const YamlTree *node = take(path), *first = find(other);
    if (!node || !first) return;
    LSK3D_CHECK(text_of(*node) == text_of(*first), UsageError, node->where(), ": ", path,
                ": expected ", text_of(*first), " as in ", other, " (", first->where(), "), found ",
                text_of(*node));
  }
  static std::string text_of(const YamlTree& node) {
    if (node.kind != Kind::list) return node.found();
    std::string text;
    for (const YamlTree& item : node.items) text += (text.empty() ? "[" : ", ") + item.scalar;
    return text + "]";
  }

  static std::string label_map_of(const std::string& path) {
    const std::string file = std::filesystem::path(path).filename().string();
    for (const auto& [theirs, ours] :
         Words{{"semantic-kitti.yaml", "semantic_kitti"},
               {"semantic-kitti-sub.yaml", "semantic_kitti"},
               {"semantic-kitti-all.yaml", "semantic_kitti_multiscan_release"},
               {"nuscenes.yaml", "nuscenes"}})
      if (file == theirs) return ours;
    return path;
  }

  /// Whether the counts that weigh the loss there are the label map's own.
  static bool same_counts(const YamlTree& list, const std::string& label_map) {
    std::vector<double> counts;
    for (const YamlTree& item : list.items) counts.push_back(yaml_number(item.scalar).value_or(-1));
    try {
      return counts == load_label_map(label_map).point_counts;
    } catch (const Error&) {
      return false;  // whoever needs the label map says what is wrong with it
    }
  }

  void list_rest(const std::string& prefix, const YamlTree& node, std::string& list) const {
    for (const auto& [key, value] : node.entries) {
      const std::string path = prefix + key;
      const bool opened = path + "." == kLoader;
      if (opened) list_rest(kLoader, value, list);
      else if (!taken_.contains(path)) list += (list.empty() ? "" : ", ") + path;
    }
  }
  void say_what_is_left_out() const {
    std::string list;
    for (const char* section : kSections)
      if (const YamlTree* node = tree_.find(section))
        list_rest(std::string(section) + ".", *node, list);
    log_info(str_cat(
        tree_.source ? *tree_.source : "",
        ": a configuration of the authors' release; left out: ", list.empty() ? "nothing" : list));
  }

  const YamlTree& tree_;
  YamlTree ours_;
  std::set<std::string> taken_;
};

}  // namespace

bool is_release_config(const YamlTree& tree) {
  return std::any_of(std::begin(kSections), std::end(kSections),
                     [&](const char* section) { return tree.find(section) != nullptr; });
}

YamlTree from_release_config(const YamlTree& tree) { return ReleaseReader(tree).read(); }

}  // namespace lsk3d
