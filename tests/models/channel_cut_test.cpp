// SPDX-License-Identifier: MIT
// Channel selection on the whole network: a wide model after selection is its cut narrow model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lsk3d/models/channel_trace.h"
#include "lsk3d/models/model_state.h"
#include "lsk3d/sparsity/cws.h"
#include "support/random_tensor.h"

namespace lsk3d {
namespace {

using testing_support::distance;
using testing_support::random_tensor;
using testing_support::same_bits;

ModelSettings small(int channels, int inner_channels = 0) {
  ModelSettings s;
  s.channels = channels, s.inner_channels = inner_channels;
  s.kernel = KernelSize::cube(3);
  s.scales = {2, 4};
  return s;
}

VoxelSettings volume() { return {{-10, -10, -4}, {10, 10, 2}, {40, 40, 12}}; }

PointBatch random_batch(std::uint64_t seed, std::int64_t n = 300) {
  PointBatch batch;
  batch.points = random_tensor({n, 4}, seed, DType::f32, -3.9, 1.9);
  batch.normals = random_tensor({n, 3}, seed + 1, DType::f32);
  batch.batch_index = Tensor::zeros({n}, DType::i32);
  return batch;
}

/// A model whose norms and running statistics are random too, as after training.
std::unique_ptr<Lsk3dNet> random_model(const ModelSettings& settings, std::uint64_t seed) {
  auto model = std::make_unique<Lsk3dNet>(settings, volume(), seed);
  std::uint64_t i = 0;
  for (Parameter* p : model->parameters())
    if (p->value().rank() == 1) p->value().copy_from(random_tensor(p->value().shape(), 1000 * seed + ++i, DType::f32));
  for (Buffer* b : model->buffers())
    b->value.copy_from(random_tensor(b->value.shape(), 1000 * seed + ++i, DType::f32, 0.2, 2));
  for (Parameter* p : model->sparse_parameters())  // else the shortcuts drown them
    for (float& w : p->value().span<float>()) w *= 10;
  model->train(false);
  return model;
}

Tensor logits(Lsk3dNet& model, const PointBatch& batch) {
  return model.forward(batch, model.build_pyramid(batch)).value();
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i)
    largest = std::max(largest, std::abs(double{a.data<float>()[i]} - b.data<float>()[i]));
  return largest;
}

const ChannelGroup* group_with(const std::vector<ChannelGroup>& groups, const std::string& name, int axis) {
  for (const ChannelGroup& group : groups)
    for (const ChannelSlice& slice : group.slices)
      if (slice.name() == name && slice.axis == axis) return &group;
  return nullptr;
}

std::vector<std::string> places(const ChannelGroup& group) {
  std::vector<std::string> names;
  for (const ChannelSlice& slice : group.slices)
    names.push_back(slice.name() + "/" + std::to_string(slice.axis) + "+" + std::to_string(slice.offset));
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ChannelTrace, GroupsOfTheNetwork) {
  const auto model = random_model(small(8, 6), 1);
  const auto groups = channel_groups(*model);
  // Features, classes, head; 2 in the encoder; the stream; per block 2 inner, 1 between the residual
  // blocks, and 5 in the point branch.
  EXPECT_EQ(groups.size(), 3u + 2 + 1 + 2 * (2 + 1 + 5));
  EXPECT_EQ(places(*group_with(groups, "spv_enc.0.v_enc.0.layers.0.weight", 4)),
            (std::vector<std::string>{
                "spv_enc.0.v_enc.0.layers.0.weight/4+0", "spv_enc.0.v_enc.0.layers.1.bias/0+0",
                "spv_enc.0.v_enc.0.layers.1.running_mean/0+0", "spv_enc.0.v_enc.0.layers.1.running_var/0+0",
                "spv_enc.0.v_enc.0.layers.1.weight/0+0", "spv_enc.0.v_enc.0.layers.3.weight/3+0"}));
  EXPECT_EQ(group_with(groups, "spv_enc.0.v_enc.0.layers.0.weight", 4)->width, 6);
  EXPECT_EQ(places(*group_with(groups, "spv_enc.1.p_enc.PPmodel.6.weight", 0)),
            (std::vector<std::string>{"spv_enc.1.p_enc.PPmodel.6.bias/0+0", "spv_enc.1.p_enc.PPmodel.6.weight/0+0",
                                      "spv_enc.1.p_enc.layer_out.0.weight/1+8"}));
  const ChannelGroup* stream = group_with(groups, "voxel_3d_generator.PPmodel.7.weight", 0);
  const auto in_stream = places(*stream);
  EXPECT_EQ(stream->width, 8);
  for (const char* name : {"classifier.0.weight/1+0", "classifier.0.weight/1+8", "spv_enc.0.v_enc.1.layers.4.weight/0+0",
                           "spv_enc.1.v_enc.0.layers.0.weight/3+0", "spv_enc.1.p_enc.layer_out.2.weight/0+0"})
    EXPECT_TRUE(std::find(in_stream.begin(), in_stream.end(), name) != in_stream.end()) << name;
  EXPECT_TRUE(group_with(groups, "classifier.2.weight", 0)->fixed);
  EXPECT_TRUE(group_with(groups, "voxel_3d_generator.PPmodel.0.weight", 0)->fixed);
  EXPECT_FALSE(stream->fixed);
}

TEST(ChannelTrace, LeavesTheModelAsItWas) {
  const auto model = random_model(small(8), 2);
  model->train(true);
  std::vector<Tensor> before;
  for (Buffer* b : model->buffers()) before.push_back(b->value.clone());
  channel_groups(*model);
  EXPECT_TRUE(model->training());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(same_bits(before[i], model->buffers()[i]->value));
}

struct Scope {
  const char* name;
  ModelSettings wide, narrow;
};

class WideToNarrow : public ::testing::TestWithParam<Scope> {};

TEST_P(WideToNarrow, GivesTheSameLogits) {
  for (std::uint64_t seed : {3, 4, 5}) {
    const auto model = random_model(GetParam().wide, seed);
    const PointBatch batch = random_batch(seed);
    CwsSettings settings;
    settings.enabled = true;
    Cws cws(channel_groups(*model), settings);
    cws.observe();
    const auto widths = group_widths(cws.groups(), GetParam().narrow, volume());
    const KeptChannels kept = cws.select(widths);
    OptimizerSettings adam;
    const auto optimizer = make_optimizer(model->parameters(), adam);

    const Tensor wide = logits(*model, batch);
    silence_channels(cws.groups(), kept);
    const Tensor silent = logits(*model, batch);
    cws.cut(kept, *optimizer, nullptr, 1);
    model->set_width(GetParam().narrow.channels, GetParam().narrow.inner_channels);
    const Tensor cut = logits(*model, batch);
    EXPECT_LE(largest_difference(silent, cut), 1e-5);
    EXPECT_GT(distance(wide, cut), 1e-2);  // something was cut

    Lsk3dNet narrow(GetParam().narrow, volume());
    TensorFile file;
    save_state(*model, file);
    load_state(narrow, file);
    narrow.train(false);
    EXPECT_TRUE(same_bits(logits(narrow, batch), cut));
    for (Parameter* p : model->parameters())
      for (const Tensor& state : optimizer->state_of(*p)) EXPECT_EQ(state.shape(), p->value().shape()) << p->name;
  }
}

INSTANTIATE_TEST_SUITE_P(Scopes, WideToNarrow,
                         ::testing::Values(Scope{"stream", small(12), small(8)}, Scope{"inner", small(8, 12), small(8)},
                                           Scope{"both", small(24, 36), small(16, 16)}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace lsk3d
