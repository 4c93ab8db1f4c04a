// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace lsk3d
