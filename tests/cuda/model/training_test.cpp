// SPDX-License-Identifier: MIT
// Training steps: on the GPU as on the CPU, and on the GPU twice the same.
#include "training_step.h"

#include "lsk3d/ops/precision.h"
#include "lsk3d/optim/clip.h"
#include "lsk3d/optim/optimizer.h"
#include "lsk3d/sparsity/sds.h"
#include "models/golden_model.h"
#include "parity.h"
#include "support/golden.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::GoldenModel;
using testing_support::relative_error;
using testing_support::same_bits;

constexpr int kSteps = 3;

struct Trained {
  std::vector<double> losses, norms;
  std::vector<Tensor> state;  // parameters, buffers, optimizer, masks; in host memory
  std::int64_t changed = 0;   // weights that SDS pruned
};

struct Recipe {
  std::string optimizer;
  std::string granularity, growth;
  double loss_tolerance;
};

/// Some steps with clipping and SDS, which updates its masks after the second one.
Trained train_on(Device device, const GoldenModel& golden, const Recipe& recipe) {
  const auto model = golden.model();
  model->to(device);
  model->train();
  OptimizerSettings settings;
  settings.name = recipe.optimizer;
  settings.lr = 0.002;
  const auto optimizer = make_optimizer(model->parameters(), settings);
  SdsSettings sparse;
  sparse.enabled = true;
  sparse.granularity = recipe.granularity;
  sparse.growth = recipe.growth;
  sparse.partition = {0, 2, 3, 5};
  sparse.update_every = 2;
  Sds sds(model->sparse_parameters(), sparse, 5, kSteps);

  Batch batch;
  batch.points = golden.batch;
  batch.classes = golden.labels;
  batch.pyramid = model->build_pyramid(golden.batch);
  const Tensor weights = testing_support::golden_class_weights().to(device);
  Trained result;
  for (int step = 1; step <= kSteps; ++step) {
    const StepLosses losses = compute_gradients(*model, batch, weights, TrainSettings{}, step);
    optimizer->step(clip_scale(losses.grad_norm, 0.25));
    SdsUpdate update;
    if (sds.after_step(step, 0, *optimizer, &update)) result.changed += update.pruned;
    result.losses.push_back(losses.total);
    result.norms.push_back(losses.grad_norm);
  }
  for (Parameter* p : model->parameters()) result.state.push_back(p->value().to(Device::cpu()));
  for (Buffer* b : model->buffers()) result.state.push_back(b->value.to(Device::cpu()));
  for (const auto& [name, t] : optimizer->state()) result.state.push_back(t.to(Device::cpu()));
  for (const auto& [name, mask] : sds.masks()) result.state.push_back(mask);
  return result;
}

void compare(const Recipe& recipe) {
  SCOPED_TRACE(recipe.optimizer + ", " + recipe.granularity + ", " + recipe.growth);
  const GoldenModel golden(testing_support::golden_path("syn_k5_h8/model.safetensors"));
  const Trained wanted = train_on(Device::cpu(), golden, recipe);
  const Trained found = train_on(Device::cuda(0), golden, recipe);
  reverse_order(true);
  const Trained again = train_on(Device::cuda(0), golden, recipe);
  reverse_order(false);
  EXPECT_GT(found.changed, 0);
  for (std::size_t i = 0; i < kSteps; ++i) {
    EXPECT_NEAR(found.losses[i] / wanted.losses[i], 1, recipe.loss_tolerance) << "step " << i + 1;
    EXPECT_NEAR(found.norms[i] / wanted.norms[i], 1, 100 * recipe.loss_tolerance)
        << "step " << i + 1;
  }
  EXPECT_EQ(found.losses, again.losses);
  EXPECT_EQ(found.norms, again.norms);
  ASSERT_EQ(found.state.size(), again.state.size());
  for (std::size_t i = 0; i < found.state.size(); ++i)
    EXPECT_TRUE(same_bits(found.state[i], again.state[i])) << "state " << i << " on two runs";
}

TEST(CudaTraining, InBf16StaysNearF32AndIsTheSameTwice) {
  const GoldenModel golden(testing_support::golden_path("syn_k5_h8/model.safetensors"));
  const Recipe recipe{"sgd", "element", "random", 0};
  const Trained wanted = train_on(Device::cuda(0), golden, recipe);
  const PrecisionScope precision(Precision::bf16);
  const Trained found = train_on(Device::cuda(0), golden, recipe);
  reverse_order(true);
  const Trained again = train_on(Device::cuda(0), golden, recipe);
  reverse_order(false);
  for (std::size_t i = 0; i < kSteps; ++i) {
    EXPECT_NEAR(found.losses[i] / wanted.losses[i], 1, 5e-3) << "step " << i + 1;
    EXPECT_NEAR(found.norms[i] / wanted.norms[i], 1, 5e-2) << "step " << i + 1;
  }
  EXPECT_NE(found.losses, wanted.losses);
  EXPECT_EQ(found.losses, again.losses);
  ASSERT_EQ(found.state.size(), again.state.size());
  for (std::size_t i = 0; i < found.state.size(); ++i) {
    EXPECT_TRUE(same_bits(found.state[i], again.state[i])) << "state " << i << " on two runs";
    EXPECT_EQ(found.state[i].dtype(), wanted.state[i].dtype());  // masters stay f32
  }
}

// The tolerances of the CPU against the authors' code, over half as many steps.
TEST(CudaTraining, SgdUnderSdsFollowsTheCpu) { compare({"sgd", "element", "random", 1e-5}); }
TEST(CudaTraining, AdamWUnderSdsFollowsTheCpu) { compare({"adamw", "offset", "gradient", 1e-3}); }

}  // namespace
}  // namespace lsk3d::cuda_test
