// SPDX-License-Identifier: MIT
#include "release_network.h"

#include <algorithm>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr const char* kWidth = "voxel_3d_generator.PPmodel.1.weight";  // [C, 13]
constexpr const char* kClasses = "classifier.2.weight";                // [classes, 128]
constexpr const char* kKernel = "spv_enc.0.v_enc.0.layers.0.weight";   // the first large kernel
constexpr const char* kInner = "spv_enc.0.v_enc.0.layers.1.weight";    // [inner width]
constexpr int kWidest = 4096, kMostClasses = 1024, kMostBlocks = 64, kLargest = 255;
constexpr std::int64_t kTapsFirst = 32;  // above this many taps the release stores them first

/// A network that released weights were trained for, and the volume it sees.
struct Stock {
  int classes;
  const char* label_map;
  VoxelSettings voxels;
  std::vector<int> scales;
};

const std::vector<Stock>& stocks() {
  static const std::vector<Stock> all = [] {
    const VoxelSettings kitti;
    VoxelSettings nuscenes;
    nuscenes.min = {-50, -50, -4};
    nuscenes.max = {50, 50, 3};
    nuscenes.grid = {1000, 1000, 70};
    return std::vector<Stock>{{20, "semantic_kitti", kitti, {2, 4, 8, 16}},
                              {26, "semantic_kitti_multiscan", kitti, {2, 4, 8, 16}},
                              {17, "nuscenes", nuscenes, {2, 4, 8, 16, 16}}};
  }();
  return all;
}

std::string block(int i) { return str_cat("spv_enc.", i, "."); }

class NetworkFinder {
 public:
  NetworkFinder(const TensorFile& file, const std::string& prefix) : file_(file), prefix_(prefix) {}

  ReleaseNetwork find() {
    ReleaseNetwork found;
    found.channels = extent(kWidth, 2, 0, kWidest);
    check(found.channels % 2 == 0, kWidth, "an even number of channels");
    found.classes = extent(kClasses, 2, 0, kMostClasses);
    const int inner = extent(kInner, 1, 0, kWidest);
    found.inner_channels = inner == found.channels ? 0 : inner;
    found.kernel = kernel(found.channels, inner);
    while (file_.contains(prefix_ + block(found.blocks) + "v_enc.0.layers.0.weight"))
      ++found.blocks;
    check(found.blocks <= kMostBlocks, kKernel, "at most 64 blocks");
    check_blocks(found.blocks);
    return found;
  }

 private:
  const Shape& shape(const std::string& name) const { return file_.at(prefix_ + name).shape(); }
  void check(bool ok, const std::string& name, const std::string& expected) const {
    LSK3D_CHECK(ok, DataError, file_.path, ": tensor '", prefix_, name, "': expected ", expected,
                ", found ", to_string(shape(name)), "; is it a checkpoint of LSK3DNet?");
  }

  int extent(const char* name, std::size_t rank, std::size_t axis, int most) const {
    const Shape& s = shape(name);
    check(s.size() == rank && s[axis] >= 2 && s[axis] <= most, name,
          str_cat("2 to ", most, " values along axis ", axis, " of ", rank));
    return static_cast<int>(s[axis]);
  }

  KernelSize kernel(int channels, int inner) const {
    const Shape& s = shape(kKernel);
    check(s.size() == 5, kKernel, "five axes");
    const auto fits = [&](std::size_t z, std::size_t out, std::size_t in) {
      for (std::size_t a = z; a < z + 3; ++a)
        if (s[a] < 1 || s[a] > kLargest || s[a] % 2 == 0) return false;
      return s[out] == inner && s[in] == channels &&
             (s[z] * s[z + 1] * s[z + 2] > kTapsFirst) == (z == 0);
    };
    const bool first = fits(0, 3, 4);
    check(first || fits(1, 0, 4), kKernel,
          str_cat("a kernel with odd edges of ", channels, " to ", inner, " channels"));
    const std::size_t z = first ? 0 : 1;
    return {static_cast<int>(s[z]), static_cast<int>(s[z + 1]), static_cast<int>(s[z + 2])};
  }

  /// A model takes memory for all its kernels, so all must be there.
  void check_blocks(int blocks) const {
    const std::int64_t numel = file_.at(prefix_ + kKernel).numel();
    for (int i = 0; i < blocks; ++i)
      for (const char* layer : {"v_enc.0.layers.0.weight", "v_enc.0.layers.3.weight",
                                "v_enc.1.layers.0.weight", "v_enc.1.layers.3.weight"})
        check(file_.at(prefix_ + block(i) + layer).numel() == numel, block(i) + layer,
              str_cat(numel, " weights as in '", kKernel, "'"));
  }

  const TensorFile& file_;
  const std::string& prefix_;
};

std::string text_of(KernelSize k) { return str_cat(k.z, " x ", k.y, " x ", k.x); }

}  // namespace

ReleaseNetwork find_network(const TensorFile& file, const std::string& prefix) {
  return NetworkFinder(file, prefix).find();
}

Config stock_config(const ReleaseNetwork& network) {
  const auto same = std::find_if(stocks().begin(), stocks().end(),
                                 [&](const Stock& s) { return s.classes == network.classes; });
  const Stock& stock = same == stocks().end() ? stocks().front() : *same;
  Config config;
  config.data.label_map = stock.label_map;
  config.voxels = stock.voxels;
  ModelSettings& m = config.model;
  m.normals = "reference";  // which released weights were trained on
  m.classes = network.classes;
  m.channels = network.channels;
  m.inner_channels = network.inner_channels;
  m.kernel = network.kernel;
  m.scales = stock.scales;
  m.scales.resize(static_cast<std::size_t>(network.blocks), stock.scales.back());
  const int k = m.kernel.x;
  config.sds.partition = {0, (k + 1) / 3, k - (k + 1) / 3, k};  // 3, 5, 7, 9: as the release does
  if (k < 3) config.sds.partition = {0, k};
  return config;
}

void check_agreement(const ReleaseNetwork& network, const Config& config,
                     const ConfigPlaces& places, const std::string& file) {
  const auto agree = [&](bool same, const char* key, const std::string& tensor, const auto& said,
                         const auto& found) {
    LSK3D_CHECK(same, DataError, file, ": ", tensor, ": expected ", said, " for ", key, " (",
                places.of({key}), "), found ", found, "; leave ", key, " out, the file says it");
  };
  const ModelSettings& m = config.model;
  const auto shape = [](int rows, int columns) { return to_string(Shape{rows, columns}); };
  agree(m.channels == network.channels, "model.channels", kWidth, shape(m.channels, 13),
        shape(network.channels, 13));
  agree(m.classes == network.classes, "model.classes", kClasses, shape(m.classes, 128),
        shape(network.classes, 128));
  const int inner = network.inner_channels > 0 ? network.inner_channels : network.channels;
  agree(m.inner_width() == inner, "model.inner_channels", kInner, to_string(Shape{m.inner_width()}),
        to_string(Shape{inner}));
  agree(m.kernel == network.kernel, "model.kernel_size", kKernel, text_of(m.kernel),
        text_of(network.kernel));
  const auto blocks = static_cast<int>(m.scales.size());
  agree(blocks == network.blocks, "model.scales", block(std::min(blocks, network.blocks)),
        str_cat(blocks, " blocks"), network.blocks);
}

}  // namespace lsk3d
