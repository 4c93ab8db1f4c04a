// SPDX-License-Identifier: MIT
#include "lsk3d/engine/predictor.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/data/bad_scans.h"
#include "lsk3d/sparse/voxelize.h"
#include "nearest_point.h"

namespace lsk3d {
namespace {

/// Adds the logits of one augmented copy to the rows of the file they come from.
void add_votes(const Batch& batch, const Tensor& logits, Tensor& sum, Tensor& in_volume) {
  const std::int64_t classes = sum.dim(1);
  float* total = sum.data<float>();
  std::uint8_t* seen = in_volume.data<std::uint8_t>();
  for (std::size_t s = 0; s < batch.samples.size(); ++s) {
    const auto source = batch.samples[s].source.span<std::int32_t>();
    const float* rows = logits.data<float>() + batch.sample_start[s] * classes;
    for (std::size_t i = 0; i < source.size(); ++i) {
      seen[source[i]] = 1;
      float* target = total + source[i] * classes;
      const float* row = rows + static_cast<std::int64_t>(i) * classes;
      for (std::int64_t c = 0; c < classes; ++c) target[c] += row[c];
    }
  }
}

/// The best class of each row that the network saw; class 0 is barred.
Tensor best_classes(const Tensor& logits, const Tensor& in_volume) {
  const std::int64_t classes = logits.dim(1);
  Tensor best = Tensor::zeros({logits.dim(0)}, DType::i32);
  const float* rows = logits.data<float>();
  const std::uint8_t* seen = in_volume.data<std::uint8_t>();
  std::int32_t* out = best.data<std::int32_t>();
  parallel_for(logits.dim(0), 8192, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (!seen[i]) continue;
      const float* row = rows + i * classes;
      out[i] = static_cast<std::int32_t>(std::max_element(row + 1, row + classes) - row);
    }
  });
  return best;
}

/// Gives each point that the network did not see the class of the nearest point that stands for a
/// labelled voxel; of equally near ones the first in row order.
void fill_outside(const Scan& scan, const VoxelSettings& voxels, const Tensor& in_volume,
                  Tensor& classes) {
  const float* points = scan.points.data<float>();
  const auto kept = scan.kept.span<std::int32_t>();
  const std::uint8_t* seen = in_volume.data<std::uint8_t>();
  std::int32_t* out = classes.data<std::int32_t>();
  std::vector<std::int64_t> inside, outside;
  for (std::size_t i = 0; i < kept.size(); ++i)
    (seen[kept[i]] ? inside : outside).push_back(static_cast<std::int64_t>(i));
  if (outside.empty() || inside.empty()) return;
  // One representative per voxel of the finest scale: the first point in it.
  PointBatch batch;
  batch.points = Tensor::empty({static_cast<std::int64_t>(inside.size()), 4});
  batch.batch_index = Tensor::zeros({batch.points.dim(0)}, DType::i32);
  for (std::size_t i = 0; i < inside.size(); ++i)
    std::copy_n(points + inside[i] * 4, 4, batch.points.data<float>() + i * 4);
  const Segments segments = VoxelGrid::build(voxel_coordinates(batch, voxels, 1)).segments;
  const auto* start = segments.start.data<std::int64_t>();
  const auto* order = segments.order.data<std::int32_t>();
  NearestPoint nearest;
  std::vector<std::int32_t> voxel_class;
  for (std::int64_t v = 0; v < segments.count(); ++v) {
    const std::int64_t row = inside[static_cast<std::size_t>(order[start[v]])];
    nearest.add(points[row * 4], points[row * 4 + 1], points[row * 4 + 2]);
    voxel_class.push_back(out[kept[static_cast<std::size_t>(row)]]);
  }
  parallel_for(
      static_cast<std::int64_t>(outside.size()), 64, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const std::int64_t row = outside[static_cast<std::size_t>(i)];
          const std::size_t v =
              nearest({points[row * 4], points[row * 4 + 1], points[row * 4 + 2]});
          out[kept[static_cast<std::size_t>(row)]] = voxel_class[v];
        }
      });
}

/// The scan with every point moved to the nearest place well inside the volume.
LabelledScan moved_inside(const LabelledScan& scan, const VoxelSettings& voxels) {
  LabelledScan moved;
  moved.scan = scan.scan;
  moved.scan.points = scan.scan.points.clone();
  float* points = moved.scan.points.data<float>();
  for (std::int64_t i = 0; i < moved.scan.points.dim(0); ++i)
    for (std::size_t a = 0; a < 3; ++a) {
      const float half =
          0.5f * (voxels.max[a] - voxels.min[a]) / static_cast<float>(voxels.grid[a]);
      float& p = points[i * 4 + static_cast<std::int64_t>(a)];
      p = std::clamp(p, voxels.min[a] + half, voxels.max[a] - half);
    }
  return moved;
}

/// Rows without a finite position take the class that most others have: nothing is known about
/// them, and class 0 is barred.
void fill_dropped(const Scan& scan, Tensor& classes, std::int64_t class_count) {
  if (scan.dropped == 0) return;
  const auto kept = scan.kept.span<std::int32_t>();
  std::int32_t* out = classes.data<std::int32_t>();
  std::vector<std::int64_t> counts(static_cast<std::size_t>(class_count), 0);
  std::vector<bool> has_position(static_cast<std::size_t>(classes.dim(0)), false);
  for (std::int32_t row : kept) {
    ++counts[static_cast<std::size_t>(out[row])];
    has_position[static_cast<std::size_t>(row)] = true;
  }
  const auto most = static_cast<std::int32_t>(std::max_element(counts.begin() + 1, counts.end()) -
                                              counts.begin());
  for (std::int64_t row = 0; row < classes.dim(0); ++row)
    if (!has_position[static_cast<std::size_t>(row)]) out[row] = most;
}

/// What a model asks of its samples.
LoaderSettings samples_for(const ModelSettings& model, const VoxelSettings& voxels) {
  LoaderSettings settings;
  settings.normals = model.normals;
  settings.sensor = model.sensor;
  settings.voxels = voxels;
  settings.scales = model.scales;
  settings.kernel = model.kernel;
  return settings;
}

}  // namespace

LoaderSettings loader_settings(Lsk3dNet& model) {
  LoaderSettings settings = samples_for(model.settings(), model.voxels());
  settings.topology = model.device().is_cpu();  // a GPU finds its own
  return settings;
}

DatasetOptions dataset_options(const Config& config, bool need_labels) {
  return {need_labels, config.data.skip_bad, config.data.format};
}

LoaderSettings loader_settings(const Config& config) {
  LoaderSettings settings = samples_for(config.model, config.voxels);
  settings.batch_size = config.train.batch_size;
  settings.workers = config.train.workers;
  settings.seed = config.train.seed;
  settings.augmentation = config.augmentation;
  return settings;
}

ScanPrediction predict_scan(Lsk3dNet& model, const LabelledScan& scan,
                            const PredictSettings& settings) {
  const PrecisionScope precision(settings.precision);
  LSK3D_CHECK(settings.votes >= 1, UsageError, "--votes: expected at least 1, found ",
              settings.votes);
  require_points(scan.scan);
  NoGrad no_grad;
  const std::int64_t rows = scan.scan.file_points;
  const LoaderSettings loader = loader_settings(model);
  ScanPrediction result;
  result.logits = Tensor::zeros({rows, model.settings().classes});
  result.in_volume = Tensor::zeros({rows}, DType::u8);
  if (rows == 0) {
    log_warning(scan.scan.path + ": a cloud without points; its prediction is empty");
    result.classes = Tensor::zeros({0}, DType::i32);
    return result;
  }
  warn_of_difference(settings.trained_on, scan.scan, model.voxels());
  for (int vote = 0; vote < settings.votes; ++vote) {
    // One copy at a time: same sums as one batch of all copies, at a fraction of the memory.
    const Batch batch = single_vote(scan, loader, vote, settings.votes, settings.seed);
    if (batch.points.size() == 0) break;
    const Variable logits = model.forward(batch.points, batch.pyramid);
    add_votes(batch, logits.value().to(Device::cpu()), result.logits, result.in_volume);
  }
  result.classes = best_classes(result.logits, result.in_volume);
  if (settings.outside == OutsidePoints::unlabeled) return result;
  const auto seen = std::as_const(result.in_volume).span<std::uint8_t>();
  if (std::find(seen.begin(), seen.end(), 1) != seen.end()) {
    fill_outside(scan.scan, model.voxels(), result.in_volume, result.classes);
  } else {
    log_warning(str_cat(scan.scan.path,
                        ": no point lies inside the volume (voxels.min … voxels.max); ",
                        "each point is classified at the nearest place inside"));
    PredictSettings inside = settings;
    inside.outside = OutsidePoints::unlabeled;  // nothing is left outside
    inside.trained_on = {};                     // said already
    result.classes = predict_scan(model, moved_inside(scan, model.voxels()), inside).classes;
  }
  fill_dropped(scan.scan, result.classes, model.settings().classes);
  return result;
}

}  // namespace lsk3d
