// SPDX-License-Identifier: MIT
// A handful of conv weights with an optimizer and SDS on top, and training steps on made-up
// gradients.
#pragma once
#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/core/rng.h"
#include "lsk3d/optim/optimizer.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d::testing_support {

inline Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  Tensor t = Tensor::empty(shape);
  for (float& value : t.span<float>()) value = rng.uniform(-1, 1);
  return t;
}

inline SdsSettings small_sds(const std::string& granularity, const std::string& growth = "random") {
  SdsSettings s;
  s.enabled = true;
  s.partition = {0, 2, 3, 5};
  s.granularity = granularity;
  s.growth = growth;
  s.update_every = 2;
  return s;
}

using Masks = std::vector<std::pair<std::string, Tensor>>;

struct SdsModel {
  SdsModel(const SdsSettings& settings, const std::string& optimizer_name,
           std::vector<Shape> shapes = {{5, 5, 5, 20, 36}, {5, 5, 5, 16, 16}}) {
    for (std::size_t i = 0; i < shapes.size(); ++i)
      parameters.push_back({"conv" + std::to_string(i) + ".weight",
                            Variable(random_tensor(shapes[i], 10 + i), true), nullptr});
    OptimizerSettings o;
    o.name = optimizer_name;
    o.lr = 0.01;
    optimizer = make_optimizer(all(), o);
    sds = std::make_unique<Sds>(all(), settings, 7, 100);
  }
  std::vector<Parameter*> all() {
    std::vector<Parameter*> list;
    for (auto& p : parameters) list.push_back(&p);
    return list;
  }
  /// Step `number` (from 1) on gradients that depend on the number alone.
  bool step(std::int64_t number, int epoch = 0, SdsUpdate* update = nullptr) {
    for (std::size_t i = 0; i < parameters.size(); ++i)
      parameters[i].grad() = random_tensor(parameters[i].value().shape(),
                                           1000 + 10 * static_cast<std::uint64_t>(number) + i);
    optimizer->step();
    return sds->after_step(number, epoch, *optimizer, update, pairs());
  }

  /// Of each parameter; the further an offset is from the first, the more pairs it meets.
  OffsetPairCounts pairs() const {
    OffsetPairCounts counts;
    for (const Parameter& p : parameters) {
      const Shape& shape = p.variable.shape();
      counts.emplace_back();
      for (std::int64_t k = 0; k < shape[0] * shape[1] * shape[2]; ++k) counts.back().push_back(k * k);
    }
    return counts;
  }

  std::deque<Parameter> parameters;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<Sds> sds;
};

inline bool same_bytes(const Tensor& a, const Tensor& b) {
  const auto* x = static_cast<const std::byte*>(a.raw());
  const auto* y = static_cast<const std::byte*>(b.raw());
  return a.shape() == b.shape() && a.dtype() == b.dtype() && std::equal(x, x + a.bytes(), y);
}

inline bool same_masks(const Masks& a, const Masks& b) {
  bool same = a.size() == b.size();
  for (std::size_t i = 0; same && i < a.size(); ++i)
    same = a[i].first == b[i].first && same_bytes(a[i].second, b[i].second);
  return same;
}

}  // namespace lsk3d::testing_support
