// SPDX-License-Identifier: MIT
// Compares the model with one golden file, quantity by quantity.
#pragma once
#include <string>
#include <vector>

#include "models/golden_model.h"
#include "point_features.h"

namespace lsk3d::testing_support {

struct GoldenCheck {
  std::string what;
  double error = 0, tolerance = 0;
  bool ok() const { return error <= tolerance; }
};

/// Share of points in another voxel than the golden's, plus 1 where the number of voxels differs.
inline double voxel_mismatch(const GoldenModel& golden, const ScaleLevel& level) {
  const std::string name = "scale_" + std::to_string(level.scale);
  const Tensor& theirs = golden.file.at(name + ".coors");
  const Tensor& inverse = golden.file.at(name + ".coors_inv");
  const std::int32_t* ours = level.grid.coordinates().data<std::int32_t>();
  const std::int32_t* index = level.points.index.data<std::int32_t>();
  constexpr int kTheirs[4] = {0, 3, 2, 1};  // (b, z, y, x) there, (b, x, y, z) here
  double wrong = 0;
  for (std::int64_t i = 0; i < inverse.numel(); ++i)
    for (int a = 0; a < 4; ++a)
      if (ours[index[i] * 4 + a] !=
          theirs.data<std::int32_t>()[inverse.data<std::int32_t>()[i] * 4 + kTheirs[a]]) {
        wrong += 1;
        break;
      }
  return wrong / static_cast<double>(inverse.numel()) + (level.grid.size() != theirs.dim(0));
}

inline void check_gradients_and_statistics(const GoldenModel& golden, Lsk3dNet& model,
                                           std::vector<GoldenCheck>& checks) {
  double largest = 0;
  for (const auto& [name, tensor] : golden.file.tensors)
    if (name.starts_with("train.grad.")) largest = std::max(largest, norm(tensor));
  std::vector<double> errors;
  double sum = 0, statistics = 0;
  std::string worst;
  for (Parameter* p : model.parameters()) {
    const Tensor& wanted = golden.file.at("train.grad." + p->name);
    const double error =
        relative_error(golden_layout(p->name, p->grad()), wanted, 1e-6 * largest);
    if (errors.empty() || error > *std::max_element(errors.begin(), errors.end())) worst = p->name;
    errors.push_back(error);
    sum += norm(p->grad()) * norm(p->grad());
  }
  for (Buffer* b : model.buffers())
    statistics = std::max(statistics,
                          relative_error(b->value, golden.file.at("train.after." + b->name)));
  const double wanted = golden.number("grad_norm");
  checks.push_back({"train gradients, median of " + std::to_string(errors.size()), median(errors),
                    1e-4});
  checks.push_back({"train gradients, worst: " + worst,
                    *std::max_element(errors.begin(), errors.end()), 5e-3});
  checks.push_back({"train gradient norm", std::abs(std::sqrt(sum) - wanted) / wanted, 1e-4});
  checks.push_back({"running statistics after one step, worst", statistics, 1e-5});
}

/// All comparisons with one file, in the order of the computation; the model runs on `device`.
inline std::vector<GoldenCheck> check_golden(const std::string& path, Device device = {}) {
  const GoldenModel golden(path);
  const auto model = golden.model();
  model->to(device);
  const ScalePyramid pyramid = model->build_pyramid(golden.batch);
  std::vector<GoldenCheck> checks;
  for (const ScaleLevel& level : pyramid.levels)
    checks.push_back({"voxels at scale " + std::to_string(level.scale),
                      voxel_mismatch(golden, level), 0});
  checks.push_back({"point input",
                    relative_error(point_features(golden.batch.to(device),
                                                  pyramid.to(device).levels[0], golden.voxels),
                                   golden.file.at("point_input_13")), 1e-6});

  model->train(false);
  std::map<std::string, Tensor> observed;
  Tensor logits;
  {
    const ObserveLayers observe([&](const std::string& layer, const Tensor& output) {
      if (layer.ends_with(".v_enc.1")) observed[layer] = output;
    });
    logits = model->forward(golden.batch, pyramid).value();
  }
  for (std::size_t i = 0; i < golden.settings.scales.size(); ++i) {
    const std::string n = std::to_string(i);
    checks.push_back({"eval voxel features of block " + n,
                      relative_error(observed["spv_enc." + n + ".v_enc.1"],
                                     golden.file.at("eval.layer_" + n + ".voxel_feat")), 1e-5});
  }
  checks.push_back({"eval logits", relative_error(logits, golden.file.at("eval.logits")), 1e-5});

  const GoldenLosses step = golden_step(golden, *model, pyramid);
  const auto scalar = [&](const char* key, double found) {
    const double wanted = golden.number(key);
    checks.push_back({std::string("train ") + key, std::abs(found - wanted) / wanted, 1e-5});
  };
  checks.push_back({"train logits",
                    relative_error(step.logits.value(), golden.file.at("train.logits")), 1e-5});
  scalar("ce", step.cross_entropy.value().item());
  scalar("lovasz", step.lovasz.value().item());
  scalar("loss", step.total());
  checks.push_back({"train gradient of the logits",
                    relative_error(step.logits.grad(), golden.file.at("train.grad_logits")), 1e-4});
  check_gradients_and_statistics(golden, *model, checks);
  return checks;
}

}  // namespace lsk3d::testing_support
