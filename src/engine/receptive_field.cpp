// SPDX-License-Identifier: MIT
#include "lsk3d/engine/receptive_field.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/engine/predictor.h"

namespace lsk3d {
namespace {

/// The scan as the network sees it, without augmentation.
Batch whole_scan(Lsk3dNet& model, const LabelledScan& scan) {
  LoaderSettings settings = loader_settings(model);
  settings.topology = true;
  Batch batch = single_vote(scan, settings, 0, 1, 0);
  LSK3D_CHECK(batch.points.size() > 0, DataError, scan.scan.path,
              ": expected points inside the volume (voxels.min … voxels.max), found none");
  return batch;
}

/// `count` of the rows, or all where there are fewer, in the order in which they were drawn.
std::vector<std::int64_t> draw(std::vector<std::int64_t> rows, int count, std::uint64_t seed) {
  Rng random(seed, mix_stream(0x657266, 0));
  const std::size_t wanted = std::min(rows.size(), static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < wanted; ++i)
    std::swap(rows[i], rows[i + static_cast<std::size_t>(random.below(rows.size() - i))]);
  rows.resize(wanted);
  return rows;
}

/// Standard deviation of each column; 1 where a column is constant: its gradient then counts as it
/// is.
std::vector<double> spread(const Tensor& features) {
  const std::int64_t rows = features.dim(0), columns = features.dim(1);
  std::vector<double> result;
  for (std::int64_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < rows; ++i) sum += features.data<float>()[i * columns + c];
    const double mean = sum / static_cast<double>(rows);
    for (std::int64_t i = 0; i < rows; ++i) {
      const double d = features.data<float>()[i * columns + c] - mean;
      squares += d * d;
    }
    const double deviation = std::sqrt(squares / static_cast<double>(rows));
    result.push_back(deviation > 0 ? deviation : 1);
  }
  return result;
}

/// The norm of each row of a gradient, its columns scaled.
std::vector<double> row_norms(const Tensor& gradient, const std::vector<double>& scale) {
  const std::int64_t columns = gradient.dim(1);
  std::vector<double> norms;
  for (std::int64_t i = 0; i < gradient.dim(0); ++i) {
    double squares = 0;
    for (std::int64_t c = 0; c < columns; ++c) {
      const double g = gradient.data<float>()[i * columns + c] * scale[static_cast<std::size_t>(c)];
      squares += g * g;
    }
    norms.push_back(std::sqrt(squares));
  }
  return norms;
}

/// d logits[row, column] / d features
Tensor gradient_of(Lsk3dNet& model, const Tensor& features, const ScalePyramid& pyramid,
                   std::int64_t row, std::int64_t column) {
  const Variable input(features, /*requires_grad=*/true);
  Tape tape;
  const Variable logits = model.forward_features(input, pyramid);
  Tensor seed = Tensor::zeros(logits.shape());
  seed.data<float>()[row * logits.dim(1) + column] = 1;
  tape.backward(logits, seed.to(model.device()));
  for (Parameter* p : model.parameters()) p->variable.clear_grad();
  return input.grad().to(Device::cpu());
}

}  // namespace

ReceptiveField measure_receptive_field(Lsk3dNet& model, const LabelledScan& scan,
                                       const ReceptiveFieldSettings& settings,
                                       const std::function<void(std::int64_t)>& progress) {
  const int classes = model.settings().classes;
  LSK3D_CHECK(settings.centres >= 1 && settings.centres <= 64, UsageError,
              "--centres: expected 1 to 64, found ", settings.centres);
  LSK3D_CHECK(settings.class_index >= 0 && settings.class_index < classes, UsageError,
              "receptive field: expected a class from 0 (any) to ", classes - 1, ", found ",
              settings.class_index);
  model.train(false);
  const Batch batch = whole_scan(model, scan);
  const ScalePyramid pyramid = batch.pyramid.to(model.device());
  const Tensor features = model.features(batch.points.to(model.device()), pyramid);
  const std::vector<double> scale = spread(features.to(Device::cpu()));
  const Tensor predicted = predict_scan(model, scan, {}).classes;
  const auto source = std::as_const(batch.samples[0].source).span<std::int32_t>();
  std::vector<std::int32_t> best;
  for (const std::int32_t row : source) best.push_back(predicted.data<std::int32_t>()[row]);
  std::vector<std::int64_t> candidates;
  for (std::size_t i = 0; i < best.size(); ++i)
    if (settings.class_index == 0 || best[i] == settings.class_index)
      candidates.push_back(static_cast<std::int64_t>(i));
  LSK3D_CHECK(!candidates.empty(), DataError, scan.scan.path,
              ": expected points that the network takes for class ", settings.class_index,
              ", found none; choose another class or scan");
  const auto centres = draw(std::move(candidates), settings.centres, settings.seed);

  ReceptiveField field;
  std::vector<float> displacements, influence;
  const float* points = batch.points.points.data<float>();
  const std::int64_t point_stride = batch.points.points.dim(1);
  for (std::size_t n = 0; n < centres.size(); ++n) {
    const std::int64_t centre = centres[n];
    const std::vector<double> norms = row_norms(
        gradient_of(model, features, pyramid, centre, best[static_cast<std::size_t>(centre)]),
        scale);
    const double total = std::accumulate(norms.begin(), norms.end(), 0.0);
    LSK3D_CHECK(total > 0 && std::isfinite(total), DataError, scan.scan.path,
                ": the gradient at a point is ", total,
                "; expected a trained network with finite weights that are not all zero");
    const float* from = points + centre * point_stride;
    for (std::size_t i = 0; i < norms.size(); ++i) {
      if (norms[i] == 0) continue;
      const float* at = points + static_cast<std::int64_t>(i) * point_stride;
      for (int a = 0; a < 3; ++a) displacements.push_back(at[a] - from[a]);
      influence.push_back(
          static_cast<float>(norms[i] / total / static_cast<double>(centres.size())));
    }
    field.centres.push_back(source[static_cast<std::size_t>(centre)]);
    if (progress) progress(static_cast<std::int64_t>(n) + 1);
  }
  const auto count = static_cast<std::int64_t>(influence.size());
  field.displacements = Tensor::from(displacements, {count, 3});
  field.influence = Tensor::from(influence, {count});
  return field;
}

double ReceptiveField::radius(double share) const {
  LSK3D_CHECK(share >= 0 && share <= 1, UsageError,
              "receptive field: expected a share from 0 to 1, found ", share);
  const std::int64_t count = influence.dim(0);
  std::vector<std::pair<double, double>> at;  // distance, influence
  double total = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float* d = displacements.data<float>() + 3 * i;
    at.emplace_back(std::hypot(d[0], d[1], d[2]), influence.data<float>()[i]);
    total += at.back().second;
  }
  std::sort(at.begin(), at.end());
  double sum = 0;
  for (const auto& [distance, part] : at) {
    sum += part;
    if (sum >= share * total) return distance;
  }
  return at.empty() ? 0 : at.back().first;
}

}  // namespace lsk3d
