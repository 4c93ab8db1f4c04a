// SPDX-License-Identifier: MIT
// Work of many launches, recorded once and then started by one call.
#pragma once
#include <cuda_runtime.h>

#include <functional>

namespace lsk3d::cuda {

/// The steady part of inference as a CUDA graph: starting 100 kernels costs the host as much as
/// one. Not for several threads at once.
class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// Runs `work` once, so that its results are there and all memory it takes is too, then records
  /// it. It must give the GPU the same work both times and must neither wait for the GPU nor copy
  /// from or to host memory (InternalError, DeviceError): what kernels read is on the GPU already,
  /// where replays find it. Memory that `work` frees stays with the graph. Recorded again, after a
  /// change of topology, say, the graph is updated where the kinds of work are the same in the same
  /// order, which takes a tenth of a new one.
  void record(const std::function<void()>& work);
  bool recorded() const { return executable_ != nullptr; }
  /// Starts what was recorded on current_stream(). Only after record().
  void replay();

  /// How often a recording was not an update.
  int instantiations() const { return instantiations_; }

 private:
  void adopt(cudaGraph_t graph);

  cudaStream_t stream_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
  int instantiations_ = 0;
};

/// Whether this thread is recording.
bool recording();

}  // namespace lsk3d::cuda
