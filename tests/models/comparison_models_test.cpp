// SPDX-License-Identifier: MIT
// Networks with another kind of large conv.
#include <gtest/gtest.h>

#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/models/model_state.h"
#include "models/random_model.h"

namespace lsk3d::testing_support {
namespace {

std::int64_t weights_of(Lsk3dNet& model) {
  std::int64_t count = 0;
  for (Parameter* p : model.parameters()) count += p->value().numel();
  return count;
}

TEST(ComparisonModels, HaveTheWeightsOfTheirKind) {
  ModelSettings s;
  Lsk3dNet full(s, {});
  s.conv = "depthwise";
  Lsk3dNet depthwise(s, {});
  EXPECT_EQ(weights_of(full) - weights_of(depthwise), 16 * (729 * 64 * 64 - 729 * 64 - 64 * 64));
  ASSERT_EQ(depthwise.sparse_parameters().size(), 16u);
  EXPECT_EQ(depthwise.sparse_parameters()[0]->name, "spv_enc.0.v_enc.0.layers.0.depthwise.weight");
  for (Parameter* p : depthwise.sparse_parameters())
    EXPECT_EQ(p->value().shape(), (Shape{9, 9, 9, 64}));
  s.conv = "shared";
  Lsk3dNet shared(s, {});
  EXPECT_EQ(weights_of(full) - weights_of(shared), 16 * (729 - 27) * 64 * 64);
  EXPECT_TRUE(shared.sparse_parameters().empty());
}

/// Logits and all gradients of one training step.
std::vector<Tensor> step(const std::string& conv) {
  Lsk3dNet model(small_settings(8, 6, conv), small_volume(), 3);
  const PointBatch batch = random_batch(5, 2000);
  Tensor labels = random_indices(2000, 20, 6);
  Tape tape;
  const Variable logits = model.forward(batch, model.build_pyramid(batch));
  tape.backward(cross_entropy(logits, labels, Tensor::full({20}, 1.0), 0.1));
  std::vector<Tensor> results{logits.value()};
  for (Parameter* p : model.parameters()) results.push_back(p->grad());
  return results;
}

class OfEveryKind : public ::testing::TestWithParam<const char*> {};

TEST_P(OfEveryKind, NoBitDependsOnTheNumberOfThreads) {
  const int before = num_threads();
  set_num_threads(1);
  const auto one = step(GetParam());
  set_num_threads(2);
  const auto two = step(GetParam());
  set_num_threads(before);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same_bits(one[i], two[i])) << i;
}

TEST_P(OfEveryKind, EveryParameterReceivesAGradient) {
  const auto results = step(GetParam());
  for (std::size_t i = 1; i < results.size(); ++i) {
    ASSERT_TRUE(results[i].defined()) << i;
    double norm = 0;
    for (float g : results[i].span<float>()) norm += double{g} * g;
    EXPECT_TRUE(std::isfinite(norm)) << i;
  }
}

TEST_P(OfEveryKind, AStateOfAnotherKindIsRefused) {
  const auto model = random_model(small_settings(8, 0, GetParam()), 1);
  TensorFile file;
  save_state(*model, file);
  for (const std::string other : {"full", "depthwise", "shared"}) {
    Lsk3dNet target(small_settings(8, 0, other), small_volume());
    if (other == GetParam()) EXPECT_NO_THROW(load_state(target, file));
    else EXPECT_THROW(load_state(target, file), DataError) << other;
  }
}

INSTANTIATE_TEST_SUITE_P(Convs, OfEveryKind, ::testing::Values("full", "depthwise", "shared"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace lsk3d::testing_support
