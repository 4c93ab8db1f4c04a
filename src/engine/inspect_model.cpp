// SPDX-License-Identifier: MIT
#include "inspect_model.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/nn/observer.h"
#include "lsk3d/sparse/spatial_partition.h"

namespace lsk3d {
namespace {

std::int64_t nonzeros(const Tensor& tensor) {
  const auto values = tensor.span<float>();
  return tensor.numel() - std::count(values.begin(), values.end(), 0.0f);
}

/// Non-zero weights of each kernel offset.
std::vector<std::int64_t> nonzeros_by_offset(const Tensor& weight) {
  const std::int64_t taps = weight.dim(0) * weight.dim(1) * weight.dim(2);
  const std::int64_t size = weight.numel() / std::max<std::int64_t>(taps, 1);
  std::vector<std::int64_t> counts;
  for (std::int64_t k = 0; k < taps; ++k) {
    const float* begin = weight.data<float>() + k * size;
    counts.push_back(size - std::count(begin, begin + size, 0.0f));
  }
  return counts;
}

/// The configuration's cuts where they fit the kernel, else three parts.
std::vector<int> kernel_cuts(const Config& config) {
  const KernelSize k = config.model.kernel;
  if (k.x != k.y || k.y != k.z || k.x == 1) return {};
  const auto& cuts = config.sds.partition;
  const bool rising = std::is_sorted(cuts.begin(), cuts.end(), std::less_equal<>());
  if (cuts.size() >= 2 && cuts.front() == 0 && cuts.back() == k.x && rising) return cuts;
  const int third = std::max(1, k.x / 3);
  return {0, third, k.x - third, k.x};
}

std::vector<double> group_densities(const Tensor& weight, const std::vector<int>& cuts) {
  const auto counts = nonzeros_by_offset(weight);
  const std::int64_t ny = weight.dim(1), nx = weight.dim(2);
  const std::int64_t size = weight.numel() / static_cast<std::int64_t>(counts.size());
  std::vector<double> densities;
  for (std::size_t z = 0; z + 1 < cuts.size(); ++z)
    for (std::size_t y = 0; y + 1 < cuts.size(); ++y)
      for (std::size_t x = 0; x + 1 < cuts.size(); ++x) {
        std::int64_t nonzero = 0, taps = 0;
        for (int a = cuts[z]; a < cuts[z + 1]; ++a)
          for (int b = cuts[y]; b < cuts[y + 1]; ++b)
            for (int c = cuts[x]; c < cuts[x + 1]; ++c, ++taps)
              nonzero += counts[static_cast<std::size_t>((a * ny + b) * nx + c)];
        densities.push_back(static_cast<double>(nonzero) / static_cast<double>(taps * size));
      }
  return densities;
}

/// Index i of a layer called "spv_enc.i.…": its kernels run on level i of the pyramid.
std::size_t block_of(const std::string& name) {
  const auto dot = name.find('.');
  return dot == std::string::npos ? 0 : static_cast<std::size_t>(std::atoi(name.c_str() + dot + 1));
}

/// By spatial group: output rows that read any input through it, each of which takes one product.
using SharedReads = std::vector<double>;

SharedReads shared_reads(const KernelMap& map, const ModelSettings& model) {
  const SpatialPartition partition(model.kernel, model.shared_partition, "model.shared_partition");
  const OffsetGroups groups = partition.view();
  const PairLists pairs = map.pairs();
  SharedReads reads;
  for (std::size_t g = 0; g + 1 < groups.start.size(); ++g) {
    std::vector<bool> read(static_cast<std::size_t>(map.rows_out()));
    for (std::int32_t n = groups.start[g]; n < groups.start[g + 1]; ++n) {
      const std::int32_t k = groups.offsets[static_cast<std::size_t>(n)];
      for (std::int64_t p = 0; p < pairs.count(k); ++p)
        read[static_cast<std::size_t>(pairs.out(k)[p])] = true;
    }
    reads.push_back(static_cast<double>(std::count(read.begin(), read.end(), true)));
  }
  return reads;
}

void count_operations(Lsk3dNet& model, const Config& config, const std::string& scan_path,
                      ModelFacts& facts) {
  LabelledScan scan;
  scan.scan = read_scan(scan_path, config.data.format);
  const Batch batch = single_vote(scan, loader_settings(config), 0, 1, 0);
  LSK3D_CHECK(batch.points.size() > 0, DataError, scan_path,
              ": expected points inside the volume (voxels.min … voxels.max), found none; choose "
              "another scan");
  std::map<std::string, std::int64_t> rows;  // by layer
  NoGrad no_grad;
  model.train(false);
  {
    ObserveLayers observe([&](const std::string& layer, const Tensor& output) {
      if (output.rank() >= 1) rows[layer] += output.dim(0);
    });
    model.forward(batch.points, batch.pyramid);
  }
  facts.scan = scan_path;
  facts.scan_points = batch.points.size();
  std::size_t i = 0;
  for (const Parameter* parameter : model.parameters()) {
    ParameterFacts& layer = facts.layers[i++];
    const Tensor& weight = parameter->value();
    if (weight.rank() == 2) {
      const auto n = static_cast<double>(rows[layer.name.substr(0, layer.name.rfind('.'))]);
      layer.dense_mac = n * static_cast<double>(layer.parameters);
      layer.mac = n * static_cast<double>(layer.nonzero);
    } else if (weight.rank() == 5 && config.model.conv == "shared") {
      const KernelMap& map = batch.pyramid.levels.at(block_of(layer.name)).map;
      const SharedReads reads = shared_reads(map, config.model);
      // An addition is half of a multiply-add.
      layer.dense_mac = layer.mac = static_cast<double>(map.pair_count() * weight.dim(3)) / 2;
      const auto counts = nonzeros_by_offset(weight);
      for (std::size_t g = 0; g < counts.size(); ++g) {
        layer.dense_mac += reads[g] * static_cast<double>(weight.dim(3) * weight.dim(4));
        layer.mac += reads[g] * static_cast<double>(counts[g]);
      }
    } else if (weight.rank() >= 4) {
      const PairLists pairs = batch.pyramid.levels.at(block_of(layer.name)).map.pairs();
      const auto counts = nonzeros_by_offset(weight);
      const auto dense =
          static_cast<double>(weight.numel() / static_cast<std::int64_t>(counts.size()));
      for (std::int64_t k = 0; k < pairs.offsets(); ++k) {
        const auto n = static_cast<double>(pairs.count(k));
        layer.dense_mac += n * dense;
        layer.mac += n * static_cast<double>(counts[static_cast<std::size_t>(k)]);
      }
    }
    facts.dense_mac += layer.dense_mac;
    facts.mac += layer.mac;
  }
}

}  // namespace

ModelFacts inspect_model(Lsk3dNet& model, const Config& config, const std::string& scan_path) {
  ModelFacts facts;
  facts.partition = kernel_cuts(config);
  const auto sparse = model.sparse_parameters();
  for (const Parameter* parameter : model.parameters()) {
    const Tensor& value = std::as_const(parameter->value());
    ParameterFacts layer{parameter->name, value.shape(), value.numel(), nonzeros(value), {}, 0, 0};
    facts.parameters += layer.parameters;
    facts.nonzero += layer.nonzero;
    if (std::find(sparse.begin(), sparse.end(), parameter) != sparse.end()) {
      facts.sparse_parameters += layer.parameters;
      facts.sparse_nonzero += layer.nonzero;
      if (!facts.partition.empty()) layer.groups = group_densities(value, facts.partition);
    }
    facts.layers.push_back(std::move(layer));
  }
  if (!scan_path.empty()) count_operations(model, config, scan_path, facts);
  return facts;
}

}  // namespace lsk3d
