// SPDX-License-Identifier: MIT
#include "point_head.h"

#include "column_slice.h"
#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/observer.h"
#include "lsk3d/ops/segments.h"
#include "row_parts.h"

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
  const auto of_voxels = [&](std::size_t i) {
    std::int64_t column = 0;
    for (std::size_t before = 0; before < i; ++before) column += outputs[before].dim(1);
    const Variable slice =
        column_slice(hidden_.weight().variable, column, column + outputs[i].dim(1));
    return linear(outputs[i], slice, i == 0 ? hidden_.bias()->variable : Variable());
  };
  const auto logits = [&](const auto& of_points) {
    Variable sum = of_points(std::size_t{0});
    for (std::size_t i = 1; i < outputs.size(); ++i) sum = add(sum, of_points(i));
    report_layer(hidden_.weight().name, sum.value());
    return logits_(leaky_relu(sum, 0.0));
  };
  std::int64_t columns = 0;
  for (const Variable& output : outputs) columns += output.dim(1);
  LSK3D_ASSERT(columns == hidden_.weight().value().dim(1), "the head reads ", columns, " channels");
  if (!may_run_in_parts(*this))
    return logits(
        [&](std::size_t i) { return gather(of_voxels(i), pyramid.levels[i + 1].points); });

  std::vector<Variable> hidden;
  for (std::size_t i = 0; i < outputs.size(); ++i) hidden.push_back(of_voxels(i));
  const Tensor& finest = pyramid.levels.front().points.index;
  return in_parts(finest.dim(0), finest.device(), [&](std::int64_t begin, std::int64_t end) {
    return logits([&](std::size_t i) {
      const Tensor& voxel = pyramid.levels[i + 1].points.index;
      return Variable(gather_forward(hidden[i].value(), voxel.rows(begin, end)));
    });
  });
}

}  // namespace lsk3d
