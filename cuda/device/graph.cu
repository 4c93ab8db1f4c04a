// SPDX-License-Identifier: MIT
#include "device/graph.h"

#include <memory>
#include <utility>

#include "device/check.h"
#include "device/memory.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

thread_local bool recording_of_thread = false;

/// Another stream for this thread's work, for a while.
class StreamChange {
 public:
  explicit StreamChange(cudaStream_t stream) : before_(current_stream()) {
    set_current_stream(stream);
  }
  ~StreamChange() { set_current_stream(before_); }
  StreamChange(const StreamChange&) = delete;

 private:
  cudaStream_t before_;
};

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
};
using OwnedGraph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;

/// What `work` gives to `stream`; ends the recording whatever happens.
OwnedGraph record_on(cudaStream_t stream, const std::function<void()>& work) {
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "recording a graph");
  cudaGraph_t graph = nullptr;
  recording_of_thread = true;
  try {
    work();
  } catch (...) {
    recording_of_thread = false;
    cudaStreamEndCapture(stream, &graph);
    if (graph) cudaGraphDestroy(graph);
    cudaGetLastError();
    throw;
  }
  recording_of_thread = false;
  check(cudaStreamEndCapture(stream, &graph), "recording a graph");
  return OwnedGraph(graph);
}

}  // namespace

bool recording() { return recording_of_thread; }

Graph::Graph() {
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
  keep_cached(stream_);
}

Graph::~Graph() {
  if (executable_) cudaGraphExecDestroy(executable_);
  cudaDeviceSynchronize();  // a replay may still run on the memory
  drop_cached(stream_);
  cudaStreamDestroy(stream_);
}

void Graph::record(const std::function<void()>& work) {
  LSK3D_ASSERT(!recording(), "a graph within a graph");
  // What was given to the caller's stream comes first, replays of the last recording too.
  check(cudaStreamSynchronize(current_stream()), "waiting for the GPU");
  const StreamChange change(stream_);
  work();
  const OwnedGraph graph = record_on(stream_, work);
  check(cudaStreamSynchronize(stream_),
        "waiting for the GPU");  // later work may be on other streams
  adopt(graph.get());
}

void Graph::adopt(cudaGraph_t graph) {
  if (executable_) {
    cudaGraphExecUpdateResultInfo result;
    if (cudaGraphExecUpdate(executable_, graph, &result) == cudaSuccess) return;
    cudaGetLastError();  // other kinds of work: a new one
    check(cudaGraphExecDestroy(std::exchange(executable_, nullptr)), "replacing a graph");
  }
  check(cudaGraphInstantiate(&executable_, graph, 0), "making a graph");
  ++instantiations_;
}

void Graph::replay() {
  LSK3D_ASSERT(recorded(), "a graph of nothing");
  check(cudaGraphLaunch(executable_, current_stream()), "starting a graph");
}

}  // namespace lsk3d::cuda
