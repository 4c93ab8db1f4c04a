// SPDX-License-Identifier: MIT
#include "graph.h"

#include <utility>
#include <vector>

#include "cuda_runtime.h"

struct EmulatedGraph {
  std::vector<std::pair<const void*, std::function<void()>>> work;
};
struct EmulatedStream {
  EmulatedGraph* recorded = nullptr;
};
struct EmulatedGraphExec {
  EmulatedGraph graph;
};

namespace cuda_emulation {

bool records(const EmulatedStream* stream) { return stream && stream->recorded; }

void give(EmulatedStream* stream, const void* kind, std::function<void()> work) {
  if (records(stream)) stream->recorded->work.emplace_back(kind, std::move(work));
  else work();
}

}  // namespace cuda_emulation

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new EmulatedStream;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  if (!stream || stream->recorded) return cudaErrorInvalidValue;
  stream->recorded = new EmulatedGraph;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  if (!stream->recorded) return cudaErrorInvalidValue;
  *graph = std::exchange(stream->recorded, nullptr);
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
  *executable = new EmulatedGraphExec{*graph};
  return cudaSuccess;
}

cudaError_t cudaGraphExecUpdate(cudaGraphExec_t executable, cudaGraph_t graph,
                                cudaGraphExecUpdateResultInfo*) {
  if (executable->graph.work.size() != graph->work.size()) return cudaErrorGraphExecUpdateFailure;
  for (std::size_t i = 0; i < graph->work.size(); ++i)
    if (executable->graph.work[i].first != graph->work[i].first)
      return cudaErrorGraphExecUpdateFailure;
  executable->graph = *graph;
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t) {
  for (const auto& [kind, work] : executable->graph.work) work();
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
