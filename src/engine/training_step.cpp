// SPDX-License-Identifier: MIT
#include "training_step.h"

#include <cmath>

#include "lsk3d/autograd/functions.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/profile_range.h"
#include "lsk3d/nn/observer.h"
#include "lsk3d/optim/clip.h"

namespace lsk3d {
namespace {

bool all_finite(const Tensor& tensor) {
  const Tensor host = tensor.to(Device::cpu());
  for (float value : host.span<float>())
    if (!std::isfinite(value)) return false;
  return true;
}

std::string files_of(const Batch& batch) {
  std::string files;
  for (const auto& sample : batch.samples) files += (files.empty() ? "" : ", ") + sample.path;
  return files;
}

/// Runs the batch once more with an eye on every layer; names the first whose output is not finite.
std::string first_bad_layer(Lsk3dNet& model, const Batch& batch) {
  std::string bad;
  NoGrad no_grad;
  ObserveLayers observe([&](const std::string& layer, const Tensor& output) {
    if (bad.empty() && !all_finite(output)) bad = layer;
  });
  model.forward(batch.points, batch.pyramid);
  return bad.empty() ? "none (the loss itself overflowed)" : bad;
}

std::string first_bad_gradient(Lsk3dNet& model) {
  // Backward runs from the head: the last bad parameter in model order went bad first.
  std::string bad = "none";
  for (const Parameter* parameter : model.parameters())
    if (parameter->grad().defined() && !all_finite(parameter->grad())) bad = parameter->name;
  return bad;
}

constexpr const char* kAdvice = "; lower train.lr or train.clip_norm, or look at those scans";

}  // namespace

StepLosses compute_gradients(Lsk3dNet& model, const Batch& batch, const Tensor& class_weights,
                             const TrainSettings& settings, std::int64_t step) {
  for (Parameter* parameter : model.parameters()) parameter->variable.clear_grad();
  StepLosses losses;
  Tape tape;
  const Variable logits = model.forward(batch.points, batch.pyramid);
  Variable entropy, lovasz;
  {
    const ProfileRange range("loss");
    const Tensor labels = batch.classes.to(model.device());
    const Tensor weights = class_weights.to(model.device());
    entropy = cross_entropy(logits, labels, weights, settings.label_smoothing);
    if (settings.lovasz > 0) {
      lovasz = lovasz_softmax(logits, labels);
      lovasz.accumulate(
          Tensor::full(lovasz.shape(), settings.lovasz, DType::f32, model.device()));
    }
  }
  {
    const ProfileRange range("backward");
    tape.backward(entropy);
  }
  // Read only now: until here a GPU's work is queued and nobody waits.
  losses.total = losses.cross_entropy = entropy.value().item();
  if (lovasz.defined()) {
    losses.lovasz = lovasz.value().item();
    losses.total += settings.lovasz * losses.lovasz;
  }
  LSK3D_CHECK(std::isfinite(losses.total), DataError, "training stopped at step ", step,
              ": the loss is ", losses.total, "; first bad layer: ", first_bad_layer(model, batch),
              "; scans: ", files_of(batch), kAdvice);
  losses.grad_norm = gradient_norm(model.parameters());
  LSK3D_CHECK(std::isfinite(losses.grad_norm), DataError, "training stopped at step ", step,
              ": the gradient is not finite; first bad parameter: ", first_bad_gradient(model),
              "; scans: ", files_of(batch), kAdvice);
  return losses;
}

}  // namespace lsk3d
