// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/channel_groups.h"

#include <gtest/gtest.h>

#include <memory>

#include "lsk3d/autograd/functions.h"
#include "lsk3d/sparsity/channel_cut.h"
#include "sparsity/sds_model.h"

namespace lsk3d::testing_support {
namespace {

/// y = BN(x·W0 + b0);  s = y + y·W1;  out = [s, s·W2]·W3.
struct SmallNet {
  SmallNet() {
    const auto add = [&](const char* name, const Shape& shape) {
      auto p = std::make_unique<Parameter>();
      p->name = name;
      p->variable = Variable(random_tensor(shape, 100 + parameters.size()), true);
      parameters.push_back(std::move(p));
    };
    add("w0", {4, 3});
    add("b0", {4});
    add("norm.weight", {4});
    add("norm.bias", {4});
    add("w1", {4, 4});
    add("w2", {2, 4});
    add("w3", {5, 6});
    mean = {"norm.running_mean", random_tensor({4}, 7)};
    var = {"norm.running_var", Tensor::full({4}, 2)};
  }
  const Variable& at(int i) const { return parameters[static_cast<std::size_t>(i)]->variable; }
  Variable forward(const Tensor& features) {
    const Variable x(features);
    const Variable y = batch_norm(linear(x, at(0), at(1)), at(2), at(3), mean.value, var.value,
                                  /*training=*/false);
    const Variable s = add(y, linear(y, at(4), {}));
    return linear(concat({s, linear(s, at(5), {})}), at(6), {});
  }
  std::vector<Parameter*> all() {
    std::vector<Parameter*> list;
    for (auto& p : parameters) list.push_back(p.get());
    return list;
  }
  std::vector<ChannelGroup> groups() {
    OpTrace trace;
    forward(Tensor::zeros({2, 3}));
    return find_channel_groups(trace, all(), {&mean, &var});
  }

  std::vector<std::unique_ptr<Parameter>> parameters;
  Buffer mean, var;
};

std::string text(const ChannelGroup& group) {
  std::string out = std::to_string(group.width) + (group.fixed ? " fixed" : "");
  for (const ChannelSlice& slice : group.slices)
    out +=
        " " + slice.name() + "/" + std::to_string(slice.axis) + "+" + std::to_string(slice.offset);
  return out;
}

TEST(ChannelGroups, OfANetCheckedByHand) {
  SmallNet net;
  std::vector<std::string> found;
  for (const ChannelGroup& group : net.groups()) found.push_back(text(group));
  const std::vector<std::string> wanted{
      "4 w0/0+0 b0/0+0 norm.weight/0+0 norm.bias/0+0 w1/0+0 w1/1+0 w2/1+0 w3/1+0 "
      "norm.running_mean/0+0 norm.running_var/0+0",
      "3 fixed w0/1+0",
      "2 w2/0+0 w3/1+4",
      "5 fixed w3/0+0",
  };
  EXPECT_EQ(found, wanted);
}

TEST(ChannelGroups, ATraceKeepsNoTapeAndChangesNoNumber) {
  SmallNet net;
  const Tensor x = random_tensor({3, 3}, 5);
  const Tensor plain = net.forward(x).value();
  Tape tape;
  {
    OpTrace trace;
    EXPECT_TRUE(same_bytes(net.forward(x).value(), plain));
    EXPECT_EQ(trace.ops().size(), 7u);
  }
  EXPECT_EQ(tape.size(), 0u);
  EXPECT_EQ(OpTrace::current(), nullptr);
}

TEST(ChannelGroups, AnOpThatIsNotTracedIsNoticed) {
  SmallNet net;
  OpTrace trace;
  const Variable y = linear(Variable(Tensor::zeros({2, 3})), net.at(0), net.at(1));
  const Variable made_elsewhere(y.value().clone());
  linear(made_elsewhere, net.at(4), {});
  EXPECT_THROW(find_channel_groups(trace, net.all(), {}), InternalError);
}

TEST(ChannelCut, SilencedChannelsAndCutChannelsGiveTheSame) {
  SmallNet net;
  const Tensor x = random_tensor({6, 3}, 9);
  auto groups = net.groups();
  const KeptChannels kept{{0, 2, 3}, {0, 1, 2}, {1}, {0, 1, 2, 3, 4}};
  const Tensor wide = net.forward(x).value();
  fade_channels(groups, kept, 0);
  const Tensor silent = net.forward(x).value();
  cut_channels(groups, kept);
  const Tensor narrow = net.forward(x).value();
  EXPECT_EQ(net.at(4).shape(), (Shape{3, 3}));
  EXPECT_EQ(net.at(6).shape(), (Shape{5, 4}));
  EXPECT_EQ(net.var.value.shape(), (Shape{3}));
  EXPECT_EQ(text(groups[2]), "1 w2/0+0 w3/1+3");
  double difference = 0, change = 0;
  for (std::int64_t i = 0; i < wide.numel(); ++i) {
    difference =
        std::max(difference, std::abs(double{silent.data<float>()[i]} - narrow.data<float>()[i]));
    change = std::max(change, std::abs(double{wide.data<float>()[i]} - narrow.data<float>()[i]));
  }
  EXPECT_LE(difference, 1e-6);
  EXPECT_GT(change, 1e-2);
}

TEST(ChannelCut, ChannelsOfInputAndOutputStay) {
  SmallNet net;
  auto groups = net.groups();
  EXPECT_THROW(cut_channels(groups, {{0, 1, 2, 3}, {0, 1}, {0, 1}, {0, 1, 2, 3, 4}}),
               InternalError);
  EXPECT_THROW(cut_channels(groups, {{0, 1, 4}, {0, 1, 2}, {0, 1}, {0, 1, 2, 3, 4}}),
               InternalError);
}

}  // namespace
}  // namespace lsk3d::testing_support
