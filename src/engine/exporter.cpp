// SPDX-License-Identifier: MIT
#include "lsk3d/engine/exporter.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/models/channel_trace.h"
#include "lsk3d/sparsity/norm_folding.h"
#include "packed_state.h"

namespace lsk3d {
namespace {

/// 2:4 is stored weight by weight, like what was pruned element by element.
std::string layout_of(const SdsSettings& sds) {
  return sds.granularity == "offset" || sds.granularity == "block" ? sds.granularity : "element";
}

std::int64_t nonzeros(const Tensor& tensor) {
  const auto values = tensor.span<float>();
  return tensor.numel() - std::count(values.begin(), values.end(), 0.0f);
}

}  // namespace

ExportReport export_model(const std::string& checkpoint, const std::string& out, DType dtype,
                          const std::string& label_map) {
  namespace fs = std::filesystem;
  LSK3D_CHECK(dtype == DType::f32 || dtype == DType::bf16, UsageError,
              "--dtype: expected f32 or bf16, found ", to_string(dtype));
  std::error_code error;
  LSK3D_CHECK(!fs::equivalent(checkpoint, out, error), UsageError, "--out ", out,
              ": is the checkpoint itself; choose another name");
  LoadedModel loaded = load_checkpoint(checkpoint);
  if (!label_map.empty()) loaded.info.labels = label_map_of(loaded.info, label_map);
  ExportReport report;
  report.layout = layout_of(loaded.info.config.sds);
  report.channels = loaded.info.config.model.channels;
  for (const Parameter* parameter : loaded.model->parameters()) {
    report.parameters += parameter->value().numel();
    report.nonzero += nonzeros(std::as_const(parameter->value()));
  }
  {
    OpTrace trace;
    run_on_made_up_points(*loaded.model);
    report.folded = fold_norms(trace, loaded.model->parameters());
  }
  TensorFile file;
  file.metadata = to_metadata(loaded.info);
  report.packed = add_packed_state(*loaded.model, report.layout, dtype, file);
  write_safetensors(out, file);
  report.bytes_before = fs::file_size(checkpoint, error);
  report.bytes_after = fs::file_size(out, error);
  return report;
}

}  // namespace lsk3d
