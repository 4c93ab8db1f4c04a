// SPDX-License-Identifier: MIT
#include "lsk3d/nn/module.h"

#include <gtest/gtest.h>

#include "lsk3d/nn/batch_norm.h"
#include "lsk3d/nn/linear.h"

namespace lsk3d {
namespace {

struct Pair : Module {
  Pair(int width) : first(3, width), norm(width) {
    add_child("body.0", first);
    add_child("body.1", norm);
  }
  Linear first;
  BatchNorm norm;
};

struct Root : Module {
  explicit Root(bool with_extra) : a(4), b(5), extra(2, 2) {
    add_child("a", a);
    if (with_extra) add_child("extra", extra);
    add_child("b", b);
    name_parameters();
    initialise(7);
  }
  Pair a, b;
  Linear extra;
};

TEST(Module, NamesFollowTheTree) {
  Root root(false);
  std::vector<std::string> names;
  for (Parameter* p : root.parameters()) names.push_back(p->name);
  for (Buffer* b : root.buffers()) names.push_back(b->name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "a.body.0.weight", "a.body.0.bias", "a.body.1.weight", "a.body.1.bias",
                       "b.body.0.weight", "b.body.0.bias", "b.body.1.weight", "b.body.1.bias",
                       "a.body.1.running_mean", "a.body.1.running_var", "b.body.1.running_mean",
                       "b.body.1.running_var"}));
  EXPECT_EQ(root.b.norm.full_name(), "b.body.1");
}

TEST(Module, TrainReachesEveryChild) {
  Root root(false);
  root.train(false);
  EXPECT_FALSE(root.b.norm.training());
  root.train();
  EXPECT_TRUE(root.b.norm.training());
}

TEST(Module, TwoChildrenOfOneNameAreOurBug) {
  struct Twice : Module {
    Twice() : layer(1, 1) {
      add_child("x", layer);
      add_child("x", layer);
    }
    Linear layer;
  };
  EXPECT_THROW(Twice(), InternalError);
}

TEST(Init, AnotherLayerChangesNoValue) {
  Root without(false), with(true);
  const Tensor a = without.b.first.weight().value(), b = with.b.first.weight().value();
  for (std::int64_t i = 0; i < a.numel(); ++i) EXPECT_EQ(a.data<float>()[i], b.data<float>()[i]);
}

TEST(Init, FollowsTheSeedAndFillsItsRange) {
  Linear layer(100, 1000);
  layer.name_parameters("layer.");
  layer.initialise(1);
  const Tensor first = layer.weight().value().clone();
  double sum = 0, squares = 0;
  for (float v : first.span<float>()) {
    EXPECT_LE(std::abs(v), 0.1f);
    sum += v, squares += double{v} * v;
  }
  const double n = static_cast<double>(first.numel());
  EXPECT_NEAR(sum / n, 0, 1e-3);
  EXPECT_NEAR(squares / n, 0.01 / 3, 1e-4);  // variance of U(−0.1, 0.1)
  layer.initialise(2);
  EXPECT_NE(first.data<float>()[0], layer.weight().value().data<float>()[0]);
  layer.initialise(1);
  for (std::int64_t i = 0; i < first.numel(); ++i)
    ASSERT_EQ(first.data<float>()[i], layer.weight().value().data<float>()[i]);
  EXPECT_NE(layer.bias()->value().data<float>()[0], 0);
}

}  // namespace
}  // namespace lsk3d
