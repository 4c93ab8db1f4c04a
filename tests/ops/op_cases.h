// SPDX-License-Identifier: MIT
// One description of every differentiable op. It drives the gradient check, the comparison of f32
// with f64, the comparison over thread counts, and that of devices: what a case brings along
// besides its inputs lies on the device that it is made for.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/autograd/functions.h"
#include "ops/random_topology.h"
#include "support/random_tensor.h"

namespace lsk3d::testing_support {

struct OpCase {
  std::string name;
  std::vector<Tensor> inputs;  // f64; converted for runs in f32
  std::function<Variable(const std::vector<Variable>&)> run;
  double f32_tolerance = 2e-6;  // of output and gradients, relative to the norm
};

inline std::vector<OpCase> conv_cases(std::int64_t rows, Device device = {}) {
  std::vector<OpCase> cases;
  const auto add_conv = [&](std::string name, const KernelMap& map, int c_in, int c_out,
                            std::shared_ptr<const WeightPattern> pattern) {
    const KernelSize k = map.kernel();
    cases.push_back(
        {std::move(name),
         {random_tensor({map.rows_in(), c_in}, 1), random_tensor({k.z, k.y, k.x, c_in, c_out}, 2)},
         [map = map.to(device), pattern](const std::vector<Variable>& in) {
           return sparse_conv(in[0], in[1], map, pattern);
         }});
  };
  const VoxelGrid grid = random_grid(rows, 50);
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(3));
  add_conv("sparse_conv", map, 3, 2, nullptr);
  add_conv("sparse_conv of some offsets", map, 3, 2,
           std::make_shared<WeightPattern>(
               WeightPattern{.offsets = {0, 4, 13, 14, 26}, .block_mask = {}}));
  add_conv("sparse_conv of some blocks", KernelMap::submanifold(grid, {1, 1, 3}), 20, 18,
           std::make_shared<WeightPattern>(
               WeightPattern{.offsets = {0, 1}, .block_mask = {1, 2, 3, 0, 3, 3}}));
  const auto add_depthwise = [&](std::string name, const KernelMap& on, int channels,
                                 std::shared_ptr<const WeightPattern> pattern) {
    const KernelSize k = on.kernel();
    cases.push_back(
        {std::move(name),
         {random_tensor({on.rows_in(), channels}, 1), random_tensor({k.z, k.y, k.x, channels}, 2)},
         [on = on.to(device), pattern](const std::vector<Variable>& in) {
           return depthwise_conv(in[0], in[1], on, pattern);
         }});
  };
  add_depthwise("depthwise_conv", map, 5, nullptr);
  add_depthwise("depthwise_conv of some offsets", map, 37,
                std::make_shared<WeightPattern>(
                    WeightPattern{.offsets = {0, 4, 13, 14, 26}, .block_mask = {}}));
  const auto add_shared = [&](std::string name, const KernelMap& on, const std::vector<int>& cuts,
                              int c_in, int c_out) {
    const SpatialPartition partition(on.kernel(), cuts, "cuts");
    const int n = partition.parts();
    cases.push_back(
        {std::move(name),
         {random_tensor({on.rows_in(), c_in}, 1), random_tensor({n, n, n, c_in, c_out}, 2)},
         [on = on.to(device), partition](const std::vector<Variable>& in) {
           return shared_conv(in[0], in[1], on, partition);
         }});
  };
  add_shared("shared_conv", map, {0, 1, 3}, 3, 2);
  add_shared("shared_conv of a large kernel", KernelMap::submanifold(grid, KernelSize::cube(5)),
             {0, 2, 3, 5}, 5, 19);
  const VoxelGrid coarse = downsample(grid, 2).grid;
  const KernelMap strided = KernelMap::strided(grid, coarse, KernelSize::cube(3), 2);
  add_conv("sparse_conv, strided", strided, 2, 3, nullptr);
  add_conv("sparse_conv, inverse", strided.transposed(), 2, 3, nullptr);
  add_depthwise("depthwise_conv, strided", strided, 3, nullptr);
  add_shared("shared_conv, inverse", strided.transposed(), {0, 2, 3}, 2, 3);
  return cases;
}

inline std::vector<OpCase> norm_cases(std::int64_t rows, int channels, Device device = {}) {
  std::vector<OpCase> cases;
  const auto add_norm = [&](std::string name, bool training, double slope) {
    cases.push_back(
        {std::move(name),
         {random_tensor({rows, channels}, 3, DType::f64, -1, 3),
          random_tensor({channels}, 4, DType::f64, 0.5, 2), random_tensor({channels}, 5)},
         [=](const std::vector<Variable>& in) {
           const DType dtype = in[0].value().dtype();
           Tensor mean = random_tensor({channels}, 6, dtype).to(device);
           Tensor var = random_tensor({channels}, 7, dtype, 0.5, 2).to(device);
           return batch_norm(in[0], in[1], in[2], mean, var, training, slope);
         }});
  };
  add_norm("batch_norm, training", true, 1);
  add_norm("batch_norm, training, LeakyReLU", true, 0.1);
  add_norm("batch_norm, training, ReLU", true, 0);
  add_norm("batch_norm, evaluation", false, 1);
  add_norm("batch_norm, evaluation, LeakyReLU", false, 0.1);
  return cases;
}

inline std::vector<OpCase> elementwise_cases(std::int64_t rows, int channels) {
  const Tensor a = random_tensor({rows, channels}, 8), b = random_tensor({rows, channels}, 9);
  using Inputs = const std::vector<Variable>&;
  return {
      {"leaky_relu", {a}, [](Inputs in) { return leaky_relu(in[0], 0.1); }},
      {"relu", {a}, [](Inputs in) { return leaky_relu(in[0], 0); }},
      {"add", {a, b}, [](Inputs in) { return add(in[0], in[1]); }},
      {"add to itself", {a}, [](Inputs in) { return add(in[0], add(in[0], in[0])); }},
      {"add_leaky_relu", {a, b}, [](Inputs in) { return add_leaky_relu(in[0], in[1], 0.1); }},
      {"concat",
       {a, random_tensor({rows, 1}, 10), random_tensor({rows, channels + 3}, 11)},
       [](Inputs in) {
         return concat({in[0], in[1], in[2], in[0]});
       }},
  };
}

inline std::vector<OpCase> segment_cases(std::int64_t rows, int channels, Device device = {}) {
  // Few segments, one of them empty, some large; and many small ones.
  const std::int64_t few = 4, many = rows / 2 + 1;
  const Segments large = segments_of(random_indices(rows, few - 1, 12), few).to(device);
  const Segments small = segments_of(random_indices(rows, many, 13), many).to(device);
  const Tensor by_row = random_tensor({rows, channels}, 14);
  const Tensor by_large = random_tensor({few, channels}, 15);
  const Tensor by_small = random_tensor({many, channels}, 16);
  using Inputs = const std::vector<Variable>&;
  return {
      {"gather", {by_small}, [=](Inputs in) { return gather(in[0], small); }},
      {"gather from few", {by_large}, [=](Inputs in) { return gather(in[0], large); }},
      {"segment_mean", {by_row}, [=](Inputs in) { return segment_mean(in[0], small); }},
      {"segment_mean to few",
       {by_row},
       [=](Inputs in) { return segment_mean(in[0], large); },
       1e-5},
      {"gather_mean",
       {by_small},
       [=](Inputs in) { return gather_mean(in[0], small, large); },
       1e-5},
      {"gather_mean back", {by_large}, [=](Inputs in) { return gather_mean(in[0], large, small); }},
  };
}

inline std::vector<OpCase> loss_cases(std::int64_t rows, Device device = {}) {
  const int classes = 6;
  // The last class is absent.
  const Tensor labels = random_indices(rows, classes - 1, 17).to(device);
  const Tensor logits = random_tensor({rows, classes}, 18, DType::f64, -3, 3);
  using Inputs = const std::vector<Variable>&;
  const auto entropy = [=](double smoothing, int ignore) {
    return [=](Inputs in) {
      const Tensor weights = random_tensor({classes}, 19, in[0].value().dtype(), 0.5, 3).to(device);
      return cross_entropy(in[0], labels, weights, smoothing, ignore);
    };
  };
  return {
      {"cross_entropy", {logits}, entropy(0.2, 0)},
      {"cross_entropy of all rows", {logits}, entropy(0, -1)},
      {"lovasz_softmax", {logits}, [=](Inputs in) { return lovasz_softmax(in[0], labels); }, 1e-5},
      {"lovasz_softmax of all rows",
       {logits},
       [=](Inputs in) { return lovasz_softmax(in[0], labels, -1); },
       1e-5},
  };
}

/// All cases over about `rows` rows.
inline std::vector<OpCase> op_cases(std::int64_t rows, int channels, Device device = {}) {
  using Inputs = const std::vector<Variable>&;
  const Tensor x = random_tensor({rows, channels}, 20);
  const Tensor w = random_tensor({5, channels}, 21), b = random_tensor({5}, 22);
  std::vector<OpCase> cases{
      {"linear", {x, w, b}, [](Inputs in) { return linear(in[0], in[1], in[2]); }},
      {"linear without bias", {x, w}, [](Inputs in) { return linear(in[0], in[1], {}); }}};
  for (auto& more :
       {norm_cases(rows, channels, device), elementwise_cases(rows, channels),
        segment_cases(rows, channels, device), loss_cases(rows, device), conv_cases(rows, device)})
    cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

}  // namespace lsk3d::testing_support
