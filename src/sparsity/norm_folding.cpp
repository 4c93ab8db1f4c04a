// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/norm_folding.h"

#include <cmath>
#include <map>
#include <set>

#include "trace_source.h"

namespace lsk3d {
namespace {

using Kind = TracedOp::Kind;

/// y = scale · x + shift, what a norm does to each channel.
struct Affine {
  std::vector<double> scale, shift;
};

Affine affine_of(const TracedOp& norm) {
  const float* gamma = norm.parameters[0].value().data<float>();
  const float* beta = norm.parameters[1].value().data<float>();
  const float* mean = norm.buffers[0]->data<float>();
  const float* var = norm.buffers[1]->data<float>();
  Affine affine;
  for (std::int64_t c = 0; c < norm.output.dim(1); ++c) {
    const double scale = double{gamma[c]} / std::sqrt(double{var[c]} + norm.eps);
    affine.scale.push_back(scale);
    affine.shift.push_back(double{beta[c]} - double{mean[c]} * scale);
  }
  return affine;
}

/// Leaves a norm that divides by √(1 + eps) alone; the weights beside it make up for that.
void empty_norm(const TracedOp& norm, const std::vector<double>& bias) {
  norm.parameters[0].value().fill(1);
  norm.buffers[0]->zero();
  norm.buffers[1]->fill(1);
  for (std::size_t c = 0; c < bias.size(); ++c)
    norm.parameters[1].value().data<float>()[c] = static_cast<float>(bias[c]);
}

/// The scale goes into the outputs of the layer before.
void fold_back(const TracedOp& layer, const TracedOp& norm) {
  Affine affine = affine_of(norm);
  const double make_up = std::sqrt(1 + norm.eps);
  Tensor& weight = layer.parameters[0].value();
  float* w = weight.data<float>();
  const auto c_out = static_cast<std::int64_t>(affine.scale.size());
  // [.., C_in, C_out] of a conv, [C_out, C_in] of a linear layer
  const std::int64_t stride = layer.kind == Kind::sparse_conv ? 1 : weight.dim(1);
  for (std::int64_t i = 0; i < weight.numel(); ++i)
    w[i] = static_cast<float>(w[i] * affine.scale[static_cast<std::size_t>(i / stride % c_out)] *
                              make_up);
  if (layer.parameters.size() > 1) {
    float* b = layer.parameters[1].value().data<float>();
    for (std::size_t c = 0; c < affine.scale.size(); ++c) {
      b[c] = static_cast<float>((b[c] * affine.scale[c] + affine.shift[c]) * make_up);
      affine.shift[c] = 0;
    }
  }
  empty_norm(norm, affine.shift);
}

/// Scale and shift go into the inputs of the linear layer behind.
void fold_forward(const TracedOp& norm, const TracedOp& layer) {
  const Affine affine = affine_of(norm);
  const double make_up = std::sqrt(1 + norm.eps);
  Tensor& weight = layer.parameters[0].value();
  float* bias = layer.parameters[1].value().data<float>();
  const std::int64_t c_in = weight.dim(1);
  for (std::int64_t o = 0; o < weight.dim(0); ++o) {
    float* row = weight.data<float>() + o * c_in;
    double sum = bias[o];
    for (std::int64_t i = 0; i < c_in; ++i) {
      const auto c = static_cast<std::size_t>(i);
      sum += row[i] * affine.shift[c];
      row[i] = static_cast<float>(row[i] * affine.scale[c] * make_up);
    }
    bias[o] = static_cast<float>(sum);
  }
  empty_norm(norm, std::vector<double>(affine.scale.size(), 0.0));
}

}  // namespace

int fold_norms(const OpTrace& trace, const std::vector<Parameter*>& parameters) {
  only_source(trace, parameters);  // an op that is not seen might read what is folded
  std::map<const Tensor*, const TracedOp*> maker;
  std::map<const Tensor*, std::vector<const TracedOp*>> readers;
  for (const TracedOp& op : trace.ops()) {
    maker[&op.output.value()] = &op;
    for (const auto* list : {&op.inputs, &op.parameters})
      for (const Variable& x : *list) readers[&x.value()].push_back(&op);
  }
  std::set<const Tensor*> own;
  for (const Parameter* parameter : parameters) own.insert(&parameter->value());
  /// A layer whose weight is a parameter of its own, not a slice or shared.
  const auto simple = [&](const TracedOp& layer) {
    const Tensor* weight = &layer.parameters[0].value();
    return own.contains(weight) && readers[weight].size() == 1;
  };
  int folded = 0;
  for (const TracedOp& norm : trace.ops()) {
    if (norm.kind != Kind::batch_norm) continue;
    const Tensor* x = &norm.inputs[0].value();
    const auto before = maker.find(x);
    if (before != maker.end() && readers[x].size() == 1 &&
        (before->second->kind == Kind::linear || before->second->kind == Kind::sparse_conv) &&
        simple(*before->second)) {
      fold_back(*before->second, norm);
      ++folded;
      continue;
    }
    const auto& behind = readers[&norm.output.value()];
    if (norm.slope == 1 && behind.size() == 1 && behind[0]->kind == Kind::linear &&
        behind[0]->parameters.size() > 1 && simple(*behind[0])) {
      fold_forward(norm, *behind[0]);
      ++folded;
    }
  }
  return folded;
}

}  // namespace lsk3d
