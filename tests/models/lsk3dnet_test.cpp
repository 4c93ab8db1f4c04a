// SPDX-License-Identifier: MIT
#include "lsk3d/models/lsk3dnet.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <set>

#include "lsk3d/core/parallel.h"
#include "models/golden_model.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

using testing_support::GoldenModel;
using testing_support::golden_path;
using testing_support::golden_step;

GoldenModel simulated() { return GoldenModel(golden_path("syn_k5_h8/model.safetensors")); }

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

TEST(Lsk3dNet, RefusesSettingsOutOfRange) {
  const auto with = [](auto change) {
    ModelSettings s;
    s.channels = 4, s.scales = {2}, s.kernel = KernelSize::cube(3);
    change(s);
    Lsk3dNet net(s, {});
  };
  EXPECT_NO_THROW(with([](ModelSettings&) {}));
  EXPECT_THROW(with([](ModelSettings& s) { s.classes = 1; }), UsageError);
  EXPECT_THROW(with([](ModelSettings& s) { s.channels = 5; }), UsageError);
  EXPECT_THROW(with([](ModelSettings& s) { s.channels = 0; }), UsageError);
  EXPECT_THROW(with([](ModelSettings& s) { s.kernel.y = 4; }), UsageError);
  EXPECT_THROW(with([](ModelSettings& s) { s.conv = "dense"; }), UsageError);
  EXPECT_THROW(with([](ModelSettings& s) { s.conv = "shared"; }), UsageError);  // cuts of a 9³
  EXPECT_THROW(with([](ModelSettings& s) { s.scales = {}; }), UsageError);
  EXPECT_THROW(with([](ModelSettings& s) { s.scales = {1, 2}; }), UsageError);
  EXPECT_THROW(with([](ModelSettings& s) { s.scales = {4, 2}; }), UsageError);
}

TEST(Lsk3dNet, PaperSizeHasThePublishedParameters) {
  Lsk3dNet net({}, {});
  std::int64_t count = 0;
  for (Parameter* p : net.parameters()) count += p->value().numel();
  EXPECT_NEAR(static_cast<double>(count), 47.9e6, 0.1e6);
  EXPECT_EQ(net.sparse_parameters().size(), 16u);
  for (Parameter* p : net.sparse_parameters())
    EXPECT_EQ(p->value().shape(), (Shape{9, 9, 9, 64, 64}));
}

TEST(Lsk3dNet, CountsThePairsOfEverySparseKernel) {
  const GoldenModel golden = simulated();
  const auto net = golden.model();
  const ScalePyramid pyramid = net->build_pyramid(golden.batch);
  const auto pairs = net->offset_pairs(pyramid);
  const auto kernels = net->sparse_parameters();
  ASSERT_EQ(pairs.size(), kernels.size());
  const std::size_t per_level = kernels.size() / (pyramid.levels.size() - 1);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const KernelMap& map = pyramid.levels[i / per_level].map;
    ASSERT_EQ(pairs[i].size(), static_cast<std::size_t>(map.kernel().volume()));
    EXPECT_EQ(std::accumulate(pairs[i].begin(), pairs[i].end(), std::int64_t{0}), map.pair_count());
    EXPECT_EQ(pairs[i][pairs[i].size() / 2], map.rows_in());  // the centre meets every voxel
  }
}

TEST(Lsk3dNet, RefusesAForeignPyramid) {
  const GoldenModel golden = simulated();
  const auto net = golden.model();
  ModelSettings other = golden.settings;
  other.kernel = KernelSize::cube(3);
  const ScalePyramid pyramid = Lsk3dNet(other, golden.voxels).build_pyramid(golden.batch);
  EXPECT_THROW(net->forward(golden.batch, pyramid), UsageError);
  other = golden.settings;
  other.scales = {2};
  const ScalePyramid shorter = Lsk3dNet(other, golden.voxels).build_pyramid(golden.batch);
  EXPECT_THROW(net->forward(golden.batch, shorter), UsageError);
}

TEST(Lsk3dNet, InferenceRecordsAndChangesNothing) {
  const GoldenModel golden = simulated();
  const auto net = golden.model();
  net->train(false);
  const Tensor before = net->buffers()[0]->value.clone();
  const ScalePyramid pyramid = net->build_pyramid(golden.batch);
  const Tensor first = net->forward(golden.batch, pyramid).value();
  const Tensor second = net->forward(golden.batch, pyramid).value();
  EXPECT_TRUE(same_bits(first, second));
  EXPECT_TRUE(same_bits(before, net->buffers()[0]->value));
}

TEST(Lsk3dNet, NoBitDependsOnTheNumberOfThreads) {
  const GoldenModel golden = simulated();
  const int before = num_threads();
  std::vector<Tensor> results[2];
  for (int run : {0, 1}) {
    set_num_threads(run == 0 ? 1 : 3);
    const auto net = golden.model();
    const auto step = golden_step(golden, *net, net->build_pyramid(golden.batch));
    results[run] = {step.logits.value(), step.cross_entropy.value(), step.lovasz.value()};
    for (Parameter* p : net->parameters()) results[run].push_back(p->grad());
    for (Buffer* b : net->buffers()) results[run].push_back(b->value);
  }
  set_num_threads(before);
  for (std::size_t i = 0; i < results[0].size(); ++i)
    EXPECT_TRUE(same_bits(results[0][i], results[1][i])) << "result " << i;
}

TEST(Lsk3dNet, ASkippedPatternEqualsMaskedWeights) {
  const GoldenModel golden = simulated();
  const auto net = golden.model();
  const auto sparse = net->sparse_parameters();
  const std::set<std::int32_t> dropped{0, 3, 60, 62, 99, 124};
  for (Parameter* p : sparse) {
    auto pattern = std::make_shared<WeightPattern>();
    const std::int64_t taps = 125, tap = p->value().numel() / taps;
    for (std::int32_t k = 0; k < taps; ++k)
      if (dropped.contains(k)) std::fill_n(p->value().data<float>() + k * tap, tap, 0.0f);
      else pattern->offsets.push_back(k);
    p->pattern = pattern;
  }
  const ScalePyramid pyramid = net->build_pyramid(golden.batch);
  const Tensor skipped = golden_step(golden, *net, pyramid).logits.value();
  std::vector<Tensor> gradients;
  for (Parameter* p : net->parameters()) gradients.push_back(p->grad());
  for (Parameter* p : sparse) p->pattern = nullptr;
  const Tensor masked = golden_step(golden, *net, pyramid).logits.value();
  EXPECT_LE(testing_support::relative_error(skipped, masked), 1e-6);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    Parameter* p = net->parameters()[i];
    Tensor wanted = p->grad();
    if (p->value().rank() == 5)  // a skipped offset receives no gradient
      for (std::int32_t k : dropped)
        std::fill_n(wanted.data<float>() + k * wanted.numel() / 125, wanted.numel() / 125, 0.0f);
    EXPECT_LE(testing_support::relative_error(gradients[i], wanted, 1e-5), 1e-3) << p->name;
  }
}

}  // namespace
}  // namespace lsk3d
