// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/norm_folding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lsk3d/models/channel_trace.h"
#include "models/random_model.h"

namespace lsk3d::testing_support {
namespace {

TEST(NormFolding, LeavesTheLogitsAndEmptiesEveryNorm) {
  for (const auto& [seed, conv] :
       {std::pair(1, "full"), {2, "full"}, {3, "depthwise"}, {4, "shared"}}) {
    const auto model = random_model(small_settings(8, 6, conv), seed);
    for (Parameter* p : model->sparse_parameters()) p->value().data<float>()[5] = 0;
    const PointBatch batch = random_batch(seed);
    const Tensor before = logits(*model, batch);
    OpTrace trace;
    run_on_made_up_points(*model);
    const int folded = fold_norms(trace, model->parameters());
    // 3 in the encoder; per block 2 · 3 in the residual blocks and 2 in the point branch.
    EXPECT_EQ(folded, 3 + 2 * 8);
    for (Buffer* b : model->buffers())
      for (float value : b->value.span<float>())
        EXPECT_EQ(value, b->name.ends_with("running_var") ? 1 : 0) << b->name;
    const Tensor after = logits(*model, batch);
    EXPECT_LE(distance(after, before), 1e-5);
    for (Parameter* p : model->sparse_parameters()) EXPECT_EQ(p->value().data<float>()[5], 0);
  }
}

TEST(NormFolding, FoldingTwiceChangesNothingMore) {
  const auto model = random_model(small_settings(8), 4);
  const auto fold = [&] {
    OpTrace trace;
    run_on_made_up_points(*model);
    fold_norms(trace, model->parameters());
  };
  fold();
  std::vector<Tensor> once;
  for (Parameter* p : model->parameters()) once.push_back(p->value().clone());
  fold();
  for (std::size_t i = 0; i < once.size(); ++i)
    EXPECT_LE(distance(model->parameters()[i]->value(), once[i]), 1e-6)
        << model->parameters()[i]->name;
}

}  // namespace
}  // namespace lsk3d::testing_support
