// SPDX-License-Identifier: MIT
#include "point_head.h"

#include "column_slice.h"
#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

constexpr int kHidden = 128;

}  // namespace

PointHead::PointHead(int channels, int blocks, int classes)
    : hidden_(channels * blocks, kHidden), logits_(kHidden, classes) {
  add_child("0", hidden_);
  add_child("2", logits_);
}

Variable PointHead::operator()(const std::vector<Variable>& outputs, const ScalePyramid& pyramid) {
  // W · [p_1 … p_n] + b = Σ W_i · p_i + b: each W_i · p_i once per voxel, its result per point.
  Variable sum;
  std::int64_t column = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::int64_t channels = outputs[i].dim(1);
    const Variable slice = column_slice(hidden_.weight().variable, column, column + channels);
    const Variable bias = i == 0 ? hidden_.bias()->variable : Variable();
    const Variable part = gather(linear(outputs[i], slice, bias), pyramid.levels[i + 1].points);
    sum = i == 0 ? part : add(sum, part);
    column += channels;
  }
  LSK3D_ASSERT(column == hidden_.weight().value().dim(1), "the head reads ", column, " channels");
  report_layer(hidden_.weight().name, sum.value());
  return logits_(leaky_relu(sum, 0.0));
}

}  // namespace lsk3d
