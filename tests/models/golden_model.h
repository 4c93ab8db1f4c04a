// SPDX-License-Identifier: MIT
// Whole-model goldens: a batch, its voxels, an initial state, what the authors' code makes of it.
#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lsk3d/autograd/functions.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/io/safetensors.h"
#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/models/release_layout.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d::testing_support {

/// w_c = 1 / (freq_c + 0.02) of SemanticKITTI's point counts per class: the goldens' weights.
inline Tensor golden_class_weights() {
  const std::vector<double> counts{0,         55437630,  320797,    541736,   2578735,
                                   3274484,   552662,    184064,    78858,    240942562,
                                   17294618,  170599734, 6369672,   230413074, 101130274,
                                   476491114, 9833174,   129609852, 4506626,  1168181};
  double total = 0;
  for (double c : counts) total += c;
  std::vector<float> weights;
  for (double c : counts) weights.push_back(static_cast<float>(1.0 / (c / total + 0.02)));
  return Tensor::from(weights, {static_cast<std::int64_t>(weights.size())});
}

/// ‖found − wanted‖ / max(‖wanted‖, floor); infinite where shapes differ or a number is not finite.
inline double relative_error(const Tensor& found, const Tensor& wanted, double floor = 0) {
  if (!found.defined() || found.shape() != wanted.shape()) return INFINITY;
  const Tensor f = found.to(Device::cpu()).to(DType::f64), w = wanted.to(DType::f64);
  const auto a = f.span<double>(), b = w.span<double>();
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm += b[i] * b[i];
  }
  if (!std::isfinite(difference)) return INFINITY;
  const double scale = std::max(std::sqrt(norm), floor);
  return difference == 0 ? 0 : std::sqrt(difference) / scale;
}

inline double norm(const Tensor& t) {
  double sum = 0;
  const Tensor d = t.to(Device::cpu()).to(DType::f64);
  for (double v : d.span<double>()) sum += v * v;
  return std::sqrt(sum);
}

inline double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

/// A golden file with its settings.
struct GoldenModel {
  explicit GoldenModel(const std::string& path) : file(read_safetensors(path)) {
    const auto list = [&](const char* key) {
      return nlohmann::json::parse(file.metadata.at(key)).get<std::vector<double>>();
    };
    settings.classes = std::stoi(file.metadata.at("num_classes"));
    settings.channels = std::stoi(file.metadata.at("hidden"));
    const auto kernel = list("kernel");
    settings.kernel = {static_cast<int>(kernel[0]), static_cast<int>(kernel[1]),
                       static_cast<int>(kernel[2])};
    settings.scales.clear();
    for (double scale : list("scales")) settings.scales.push_back(static_cast<int>(scale));
    for (int a = 0; a < 3; ++a) {
      voxels.min[a] = static_cast<float>(list("min_volume")[a]);
      voxels.max[a] = static_cast<float>(list("max_volume")[a]);
      voxels.grid[a] = static_cast<int>(list("spatial_shape")[a]);
    }
    label_smoothing = std::stod(file.metadata.at("label_smoothing"));
    batch.points = file.at("points");
    batch.normals = file.at("normal");
    batch.batch_index = file.at("batch_idx");
    const auto index = batch.batch_index.span<std::int32_t>();
    batch.batch_size = *std::max_element(index.begin(), index.end()) + 1;
    labels = file.at("labels");
  }

  /// A model in the golden's initial state.
  std::unique_ptr<Lsk3dNet> model() const {
    auto net = std::make_unique<Lsk3dNet>(settings, voxels);
    load_release_state(*net, file, "init.");
    return net;
  }
  double number(const char* key) const { return std::stod(file.metadata.at(key)); }

  TensorFile file;
  ModelSettings settings;
  VoxelSettings voxels;
  PointBatch batch;
  Tensor labels;
  double label_smoothing = 0;
};

/// Ours in the layout of the goldens' tensor of the same name.
inline Tensor golden_layout(const std::string& name, const Tensor& ours) {
  return to_release_layout(ours.to(Device::cpu()), name.find(".layers_in.0.") != std::string::npos);
}

struct GoldenLosses {
  Variable logits, cross_entropy, lovasz;
  double total() const { return cross_entropy.value().item() + lovasz.value().item(); }
};

/// Clears gradients, runs forward, loss and backward in training mode.
inline GoldenLosses golden_step(const GoldenModel& golden, Lsk3dNet& model,
                                const ScalePyramid& pyramid) {
  for (Parameter* p : model.parameters()) p->variable.clear_grad();
  model.train();
  Tape tape;
  GoldenLosses out;
  out.logits = model.forward(golden.batch, pyramid);
  const Device device = model.device();
  const Tensor weights = golden_class_weights().to(out.logits.value().dtype()).to(device);
  const Tensor labels = golden.labels.to(device);
  out.cross_entropy = cross_entropy(out.logits, labels, weights, golden.label_smoothing);
  out.lovasz = lovasz_softmax(out.logits, labels);
  tape.backward(add(out.cross_entropy, out.lovasz));
  return out;
}

}  // namespace lsk3d::testing_support
