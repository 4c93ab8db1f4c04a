// SPDX-License-Identifier: MIT
#include "release_masks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

/// One spatial group's mask of one layer.
struct GroupMask {
  Parameter* layer = nullptr;
  int group = 0;  // z-major index
  std::string name;
  Tensor values;                // f32
  bool outputs_first = false;   // [C_out, gz, gy, gx, C_in], else [gz, gy, gx, C_out, C_in]
  std::array<int, 3> extent{};  // of the group, z, y, x
};

/// Reads the shape of a group's mask against the layer's [kz, ky, kx, C_in, C_out].
bool read_extent(GroupMask& mask) {
  const Shape& w = mask.layer->value().shape();
  const Shape& m = mask.values.shape();
  if (m.size() != 5) return false;
  const auto fits = [&](std::size_t z, std::size_t out, std::size_t in) {
    for (std::size_t a = 0; a < 3; ++a)
      if (m[z + a] < 1 || m[z + a] > w[a]) return false;
    return m[out] == w[4] && m[in] == w[3];
  };
  const bool taps_first = fits(0, 3, 4);
  mask.outputs_first = !taps_first;
  if (!taps_first && !fits(1, 0, 4)) return false;
  for (std::size_t a = 0; a < 3; ++a)
    mask.extent[a] = static_cast<int>(m[a + (taps_first ? 0 : 1)]);
  return true;
}

std::vector<GroupMask> read_masks(Lsk3dNet& model, const TensorFile& file,
                                  const std::string& prefix) {
  std::vector<GroupMask> masks;
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(prefix)) continue;
    GroupMask mask;
    mask.name = name;
    const auto slash = name.rfind('/');
    std::string layer =
        slash > prefix.size() ? name.substr(prefix.size(), slash - prefix.size()) : "";
    if (layer.starts_with("module.")) layer = layer.substr(7);
    for (Parameter* parameter : model.sparse_parameters())
      if (parameter->name == layer) mask.layer = parameter;
    LSK3D_CHECK(mask.layer, DataError, file.path, ": mask '", name,
                "': expected it to belong to a large-kernel layer of this model, found no such "
                "layer; check "
                "model.scales and model.kernel_size in the configuration");
    const std::string group = name.substr(slash + 1);
    const auto [end, error] =
        std::from_chars(group.data(), group.data() + group.size(), mask.group);
    LSK3D_CHECK(error == std::errc() && end == group.data() + group.size() && mask.group >= 0,
                DataError, file.path, ": mask '", name,
                "': expected the number of a spatial group, found '", group, "'");
    mask.values = tensor.to(DType::f32);
    LSK3D_CHECK(read_extent(mask), DataError, file.path, ": mask '", name, "': expected a part of ",
                to_string(mask.layer->value().shape()),
                " with output before input channels, found ", to_string(tensor.shape()),
                "; check channels and kernel_size in the configuration");
    masks.push_back(std::move(mask));
  }
  return masks;
}

bool fits(const std::vector<GroupMask>& masks, const std::vector<int>& cuts) {
  const int n = static_cast<int>(cuts.size()) - 1;
  const auto extent = [&](int i) {
    return cuts[static_cast<std::size_t>(i) + 1] - cuts[static_cast<std::size_t>(i)];
  };
  return std::all_of(masks.begin(), masks.end(), [&](const GroupMask& mask) {
    const Shape& w = mask.layer->value().shape();
    if (w[0] != cuts.back() || w[1] != cuts.back() || w[2] != cuts.back()) return false;
    if (mask.group >= n * n * n) return false;
    return mask.extent == std::array<int, 3>{extent(mask.group / (n * n)),
                                             extent(mask.group / n % n), extent(mask.group % n)};
  });
}

/// The cuts of an axis into `n` parts that the masks' shapes imply; empty where they contradict.
std::vector<int> implied_cuts(const std::vector<GroupMask>& masks, int n, int kernel) {
  std::vector<int> parts(static_cast<std::size_t>(n), 0);
  for (const GroupMask& mask : masks) {
    if (mask.group >= n * n * n) return {};
    const std::array<int, 3> index{mask.group / (n * n), mask.group / n % n, mask.group % n};
    for (std::size_t a = 0; a < 3; ++a) {
      int& part = parts[static_cast<std::size_t>(index[a])];
      if (part != 0 && part != mask.extent[a]) return {};
      part = mask.extent[a];
    }
  }
  int rest = kernel;
  for (int part : parts) rest -= part;
  const auto unknown = std::count(parts.begin(), parts.end(), 0);
  if (unknown > 1 || (unknown == 1) != (rest > 0) || rest < 0) return {};
  std::vector<int> cuts{0};
  for (int part : parts) cuts.push_back(cuts.back() + (part ? part : rest));
  return cuts;
}

std::vector<int> find_cuts(const std::vector<GroupMask>& masks, const std::vector<int>& wanted,
                           const std::string& path) {
  if (wanted.size() >= 2 && fits(masks, wanted)) return wanted;
  const int kernel = static_cast<int>(masks.front().layer->value().dim(0));
  for (int n = 1; n <= kernel; ++n) {
    const std::vector<int> cuts = implied_cuts(masks, n, kernel);
    if (!cuts.empty() && fits(masks, cuts)) return cuts;
  }
  throw DataError(
      path + ": its masks fit no partition of a kernel of " + std::to_string(kernel) +
      "³ into spatial groups; set sds.partition and model.kernel_size as it was trained");
}

void zero_pruned(const GroupMask& mask, const std::vector<int>& cuts) {
  const int n = static_cast<int>(cuts.size()) - 1;
  const Shape& w = mask.layer->value().shape();
  const auto cut = [&](int i) {
    return static_cast<std::int64_t>(cuts[static_cast<std::size_t>(i)]);
  };
  const std::int64_t z0 = cut(mask.group / (n * n)), y0 = cut(mask.group / n % n),
                     x0 = cut(mask.group % n);
  const std::int64_t in = w[3], out = w[4];
  const std::int64_t taps =
      static_cast<std::int64_t>(mask.extent[0]) * mask.extent[1] * mask.extent[2];
  const float* values = mask.values.data<float>();
  float* weight = mask.layer->value().data<float>();
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    const std::int64_t z = z0 + tap / (mask.extent[1] * mask.extent[2]);
    const std::int64_t y = y0 + tap / mask.extent[2] % mask.extent[1],
                       x = x0 + tap % mask.extent[2];
    float* kernel = weight + ((z * w[1] + y) * w[2] + x) * in * out;
    for (std::int64_t o = 0; o < out; ++o)
      for (std::int64_t i = 0; i < in; ++i) {
        const std::int64_t at =
            mask.outputs_first ? (o * taps + tap) * in + i : (tap * out + o) * in + i;
        if (values[at] == 0) kernel[i * out + o] = 0;
      }
  }
}

}  // namespace

ReleaseMasks apply_release_masks(Lsk3dNet& model, const TensorFile& file, const std::string& prefix,
                                 const std::vector<int>& partition) {
  const std::vector<GroupMask> masks = read_masks(model, file, prefix);
  ReleaseMasks result;
  if (masks.empty()) return result;
  result.partition = find_cuts(masks, partition, file.path);
  std::set<const Parameter*> layers;
  for (const GroupMask& mask : masks) {
    zero_pruned(mask, result.partition);
    layers.insert(mask.layer);
  }
  result.layers = static_cast<std::int64_t>(layers.size());
  return result;
}

}  // namespace lsk3d
