// SPDX-License-Identifier: MIT
// Streams that record, and graphs of what they recorded. Included by cuda_runtime.h.
#pragma once
#include <cstddef>
#include <functional>

struct EmulatedStream;
struct EmulatedGraph;
struct EmulatedGraphExec;
using cudaStream_t = EmulatedStream*;
using cudaGraph_t = EmulatedGraph*;
using cudaGraphExec_t = EmulatedGraphExec*;

namespace cuda_emulation {

/// Runs `work` at once, or, where the stream records, when its graph is started. `kind` tells kinds
/// of work apart: the address of a kernel, say.
void give(EmulatedStream* stream, const void* kind, std::function<void()> work);
bool records(const EmulatedStream* stream);

}  // namespace cuda_emulation
