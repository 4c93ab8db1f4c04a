// SPDX-License-Identifier: MIT
// Channel selection on the whole network: a wide model after selection is its cut narrow model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lsk3d/models/channel_trace.h"
#include "lsk3d/models/model_state.h"
#include "lsk3d/sparsity/cws.h"
#include "models/random_model.h"

namespace lsk3d {
namespace {

using testing_support::distance;
using testing_support::logits;
using testing_support::random_batch;
using testing_support::random_model;
using testing_support::same_bits;
using testing_support::small_settings;
using testing_support::small_volume;

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i)
    largest = std::max(largest, std::abs(double{a.data<float>()[i]} - b.data<float>()[i]));
  return largest;
}

const ChannelGroup* group_with(const std::vector<ChannelGroup>& groups, const std::string& name,
                               int axis) {
  for (const ChannelGroup& group : groups)
    for (const ChannelSlice& slice : group.slices)
      if (slice.name() == name && slice.axis == axis) return &group;
  return nullptr;
}

std::vector<std::string> places(const ChannelGroup& group) {
  std::vector<std::string> names;
  for (const ChannelSlice& slice : group.slices)
    names.push_back(slice.name() + "/" + std::to_string(slice.axis) + "+" +
                    std::to_string(slice.offset));
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ChannelTrace, GroupsOfTheNetwork) {
  const auto model = random_model(small_settings(8, 6), 1);
  const auto groups = channel_groups(*model);
  // Features, classes, head; 2 in the encoder; the stream; per block 2 inner, 1 between the
  // residual blocks, and 5 in the point branch.
  EXPECT_EQ(groups.size(), 3u + 2 + 1 + 2 * (2 + 1 + 5));
  EXPECT_EQ(places(*group_with(groups, "spv_enc.0.v_enc.0.layers.0.weight", 4)),
            (std::vector<std::string>{
                "spv_enc.0.v_enc.0.layers.0.weight/4+0", "spv_enc.0.v_enc.0.layers.1.bias/0+0",
                "spv_enc.0.v_enc.0.layers.1.running_mean/0+0",
                "spv_enc.0.v_enc.0.layers.1.running_var/0+0",
                "spv_enc.0.v_enc.0.layers.1.weight/0+0", "spv_enc.0.v_enc.0.layers.3.weight/3+0"}));
  EXPECT_EQ(group_with(groups, "spv_enc.0.v_enc.0.layers.0.weight", 4)->width, 6);
  EXPECT_EQ(places(*group_with(groups, "spv_enc.1.p_enc.PPmodel.6.weight", 0)),
            (std::vector<std::string>{"spv_enc.1.p_enc.PPmodel.6.bias/0+0",
                                      "spv_enc.1.p_enc.PPmodel.6.weight/0+0",
                                      "spv_enc.1.p_enc.layer_out.0.weight/1+8"}));
  const ChannelGroup* stream = group_with(groups, "voxel_3d_generator.PPmodel.7.weight", 0);
  const auto in_stream = places(*stream);
  EXPECT_EQ(stream->width, 8);
  for (const char* name :
       {"classifier.0.weight/1+0", "classifier.0.weight/1+8",
        "spv_enc.0.v_enc.1.layers.4.weight/0+0", "spv_enc.1.v_enc.0.layers.0.weight/3+0",
        "spv_enc.1.p_enc.layer_out.2.weight/0+0"})
    EXPECT_TRUE(std::find(in_stream.begin(), in_stream.end(), name) != in_stream.end()) << name;
  EXPECT_TRUE(group_with(groups, "classifier.2.weight", 0)->fixed);
  EXPECT_TRUE(group_with(groups, "voxel_3d_generator.PPmodel.0.weight", 0)->fixed);
  EXPECT_FALSE(stream->fixed);
}

TEST(ChannelTrace, ADepthwiseKernelTiesItsInputToItsOutput) {
  const auto model = random_model(small_settings(8, 6, "depthwise"), 1);
  const auto groups = channel_groups(*model);
  EXPECT_EQ(groups.size(), 3u + 2 + 1 + 2 * (2 + 1 + 5));  // as with full kernels
  const std::string block = "spv_enc.0.v_enc.0.layers.";
  EXPECT_EQ(places(*group_with(groups, block + "3.depthwise.weight", 3)),
            (std::vector<std::string>{block + "0.pointwise.weight/0+0", block + "1.bias/0+0",
                                      block + "1.running_mean/0+0", block + "1.running_var/0+0",
                                      block + "1.weight/0+0", block + "3.depthwise.weight/3+0",
                                      block + "3.pointwise.weight/1+0"}));
  const ChannelGroup* stream = group_with(groups, block + "0.depthwise.weight", 3);
  EXPECT_EQ(stream, group_with(groups, block + "0.pointwise.weight", 1));
  EXPECT_EQ(stream, group_with(groups, "voxel_3d_generator.PPmodel.7.weight", 0));
}

TEST(ChannelTrace, LeavesTheModelAsItWas) {
  const auto model = random_model(small_settings(8), 2);
  model->train(true);
  std::vector<Tensor> before;
  for (Buffer* b : model->buffers()) before.push_back(b->value.clone());
  channel_groups(*model);
  EXPECT_TRUE(model->training());
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(same_bits(before[i], model->buffers()[i]->value));
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
    const auto widths = group_widths(cws.groups(), GetParam().narrow, small_volume());
    const KeptChannels kept = cws.select(widths);
    OptimizerSettings adam;
    const auto optimizer = make_optimizer(model->parameters(), adam);

    const Tensor wide = logits(*model, batch);
    fade_channels(cws.groups(), kept, 0);
    const Tensor silent = logits(*model, batch);
    cws.cut(kept, *optimizer, nullptr, 1);
    model->set_width(GetParam().narrow.channels, GetParam().narrow.inner_channels);
    const Tensor cut = logits(*model, batch);
    EXPECT_LE(largest_difference(silent, cut), 1e-5);
    EXPECT_GT(distance(wide, cut), 1e-2);  // something was cut

    Lsk3dNet narrow(GetParam().narrow, small_volume());
    TensorFile file;
    save_state(*model, file);
    load_state(narrow, file);
    narrow.train(false);
    EXPECT_TRUE(same_bits(logits(narrow, batch), cut));
    for (Parameter* p : model->parameters())
      for (const Tensor& state : optimizer->state_of(*p))
        EXPECT_EQ(state.shape(), p->value().shape()) << p->name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Scopes, WideToNarrow,
    ::testing::Values(Scope{"stream", small_settings(12), small_settings(8)},
                      Scope{"inner", small_settings(8, 12), small_settings(8)},
                      Scope{"both", small_settings(24, 36), small_settings(16, 16)},
                      Scope{"depthwise", small_settings(24, 36, "depthwise"),
                            small_settings(16, 16, "depthwise")},
                      Scope{"depthwise_inner", small_settings(8, 12, "depthwise"),
                            small_settings(8, 0, "depthwise")},
                      Scope{"shared", small_settings(24, 36, "shared"),
                            small_settings(16, 16, "shared")}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace lsk3d
