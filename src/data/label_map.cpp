// SPDX-License-Identifier: MIT
#include "lsk3d/data/label_map.h"

#include <numeric>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::int32_t kSemanticBits = 0xFFFF;

}  // namespace

Tensor LabelMap::classes_of(const Tensor& raw_labels, const std::string& path) const {
  // One entry per possible id: a map look-up per point would cost more than reading the file.
  std::vector<std::int32_t> table(kSemanticBits + 1, -1);
  for (const auto& [raw, label] : to_class)
    if (raw >= 0 && raw <= kSemanticBits) table[static_cast<std::size_t>(raw)] = label;
  Tensor classes = Tensor::empty(raw_labels.shape(), DType::i32);
  const std::int32_t* from = raw_labels.data<std::int32_t>();
  std::int32_t* to = classes.data<std::int32_t>();
  for (std::int64_t i = 0; i < raw_labels.numel(); ++i) {
    const std::int32_t raw = from[i] & kSemanticBits;
    to[i] = table[static_cast<std::size_t>(raw)];
    LSK3D_CHECK(to[i] >= 0, DataError, path, ": point ", i, " has raw label ", raw,
                ", which the label map '", name,
                "' does not list; choose the map of this data set (data.label_map) or add the id");
  }
  return classes;
}

Tensor LabelMap::raw_of(const Tensor& of) const {
  Tensor raw = Tensor::empty(of.shape(), DType::i32);
  const std::int32_t* from = of.data<std::int32_t>();
  std::int32_t* to = raw.data<std::int32_t>();
  for (std::int64_t i = 0; i < of.numel(); ++i) {
    LSK3D_ASSERT(from[i] >= 0 && from[i] < classes(), "class ", from[i], " of ", classes());
    to[i] = to_raw[static_cast<std::size_t>(from[i])];
  }
  return raw;
}

Tensor LabelMap::loss_weights() const {
  Tensor weights = Tensor::full({classes()}, 1.0);
  const double total = std::accumulate(point_counts.begin(), point_counts.end(), 0.0);
  if (point_counts.size() != class_names.size() || !(total > 0)) return weights;
  for (std::size_t c = 0; c < class_names.size(); ++c)
    weights.data<float>()[c] = static_cast<float>(1.0 / (point_counts[c] / total + 0.02));
  return weights;
}

}  // namespace lsk3d
