// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/autograd/tape.h"
#include "models/golden_model.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

using testing_support::GoldenModel;
using testing_support::golden_step;

/// The model of the golden with all parameters and buffers in f64.
std::unique_ptr<Lsk3dNet> double_model(const GoldenModel& golden) {
  auto net = golden.model();
  for (Parameter* p : net->parameters()) p->value() = p->value().to(DType::f64);
  for (Buffer* b : net->buffers()) b->value = b->value.to(DType::f64);
  return net;
}

TEST(ModelGradient, DoublePrecisionReachesTheGoldensOwnPrecision) {
  const GoldenModel golden(testing_support::golden_path("syn_k5_h8/model.safetensors"));
  const auto net = double_model(golden);
  const auto step = golden_step(golden, *net, net->build_pyramid(golden.batch));
  EXPECT_LE(testing_support::relative_error(step.logits.value().to(DType::f32),
                                            golden.file.at("train.logits")), 2e-7);
  EXPECT_NEAR(step.total(), golden.number("loss"), 1e-7);
  double largest = 0;
  for (Parameter* p : net->parameters())
    largest = std::max(largest, testing_support::norm(p->grad()));
  for (Parameter* p : net->parameters())
    EXPECT_LE(testing_support::relative_error(
                  testing_support::golden_layout(p->name, p->grad()).to(DType::f32),
                  golden.file.at("train.grad." + p->name), 1e-6 * largest), 2e-6) << p->name;
}

TEST(ModelGradient, AgreesWithCentralDifferences) {
  const GoldenModel golden(testing_support::golden_path("syn_k5_h8/model.safetensors"));
  const auto net = double_model(golden);
  const ScalePyramid pyramid = net->build_pyramid(golden.batch);
  golden_step(golden, *net, pyramid);
  const std::vector<std::string> names{
      "voxel_3d_generator.PPmodel.1.weight", "spv_enc.0.v_enc.0.layers.0.weight",
      "spv_enc.1.v_enc.1.layers.3.weight",   "spv_enc.0.v_enc.1.layers_in.0.weight",
      "spv_enc.1.p_enc.layer_out.0.weight",  "classifier.0.weight"};
  std::vector<std::pair<Parameter*, Tensor>> chosen;
  for (Parameter* p : net->parameters())
    if (std::find(names.begin(), names.end(), p->name) != names.end())
      chosen.emplace_back(p, p->grad().clone());
  ASSERT_EQ(chosen.size(), names.size());
  for (auto& [p, gradient] : chosen) {
    // The element of the largest gradient: its difference stands out most from rounding.
    const auto g = gradient.span<double>();
    const auto i = std::max_element(g.begin(), g.end(), [](double a, double b) {
                     return std::abs(a) < std::abs(b);
                   }) - g.begin();
    double& weight = p->value().data<double>()[i];
    const double before = weight, step = 1e-6;
    weight = before + step;
    const double above = golden_step(golden, *net, pyramid).total();
    weight = before - step;
    const double below = golden_step(golden, *net, pyramid).total();
    weight = before;
    EXPECT_NEAR((above - below) / (2 * step), g[i], 1e-4 * std::abs(g[i])) << p->name;
  }
}

TEST(ModelGradient, ThatOfTheFeaturesAgreesWithCentralDifferences) {
  const GoldenModel golden(testing_support::golden_path("syn_k5_h8/model.safetensors"));
  const auto net = double_model(golden);
  net->train(false);
  const ScalePyramid pyramid = net->build_pyramid(golden.batch);
  const Variable features(net->features(golden.batch, pyramid), /*requires_grad=*/true);
  ASSERT_EQ(features.value().dtype(), DType::f64);
  const std::int64_t row = 7, column = 3;
  {
    Tape tape;
    const Variable logits = net->forward_features(features, pyramid);
    Tensor seed = Tensor::zeros(logits.shape(), DType::f64);
    seed.data<double>()[row * logits.dim(1) + column] = 1;
    tape.backward(logits, seed);
  }
  const auto gradient = features.grad().span<double>();
  std::vector<std::size_t> order(gradient.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::partial_sort(order.begin(), order.begin() + 8, order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(gradient[a]) > std::abs(gradient[b]);
  });
  const auto logit_with = [&](std::size_t i, double change) {
    const NoGrad no_grad;
    Tensor moved = features.value().clone();
    moved.data<double>()[i] += change;
    const Variable logits = net->forward_features(Variable(moved), pyramid);
    return logits.value().data<double>()[row * logits.dim(1) + column];
  };
  for (int n = 0; n < 8; ++n) {
    const std::size_t i = order[static_cast<std::size_t>(n)];
    EXPECT_NEAR((logit_with(i, 1e-6) - logit_with(i, -1e-6)) / 2e-6, gradient[i],
                1e-5 * std::abs(gradient[order[0]]))
        << i;
  }
}

}  // namespace
}  // namespace lsk3d
