// SPDX-License-Identifier: MIT
// A look at how ops are wired, for those who need a model's structure rather than its numbers:
// which channels are tied, what may be folded into what.
#pragma once
#include <cstdint>
#include <vector>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/autograd/variable.h"

namespace lsk3d {

/// One op as it ran. Tensors are told apart by their address: &variable.value().
struct TracedOp {
  enum class Kind {
    linear,          // cuts the chain: parameters weight [C_out, C_in] and, maybe, bias [C_out]
    sparse_conv,     // the same with weight [kz, ky, kx, C_in, C_out]
    depthwise_conv,  // channel c of the output: from channel c of input and weight [kz, ky, kx, C]
    batch_norm,      // parameters weight, bias [C]; buffers running mean, running variance [C]
    rowwise,         // channel c of the output depends on channel c of the input alone
    add,             // the same, of two inputs
    concat,          // channels of the inputs side by side
    column_slice,    // columns of a weight [C_out, C_in] from `column` on, itself used as a weight
  };
  Kind kind;
  std::vector<Variable> inputs;
  std::vector<Variable> parameters;
  Variable output;
  std::vector<Tensor*> buffers;
  double slope = 1;         // of the LeakyReLU within batch_norm; 1: none
  double eps = 1e-5;        // of batch_norm
  std::int64_t column = 0;  // column_slice
};

/// While alive, ops on this thread are noted here and by no tape: inference with a notebook. Keeps
/// every tensor alive, so an address names one tensor only.
class OpTrace {
 public:
  OpTrace();
  ~OpTrace();
  OpTrace(const OpTrace&) = delete;
  OpTrace& operator=(const OpTrace&) = delete;

  /// The notebook of this thread, or null.
  static OpTrace* current();

  void record(TracedOp op) { ops_.push_back(std::move(op)); }
  /// In execution order.
  const std::vector<TracedOp>& ops() const { return ops_; }

 private:
  NoGrad no_grad_;
  std::vector<TracedOp> ops_;
  OpTrace* before_;
};

}  // namespace lsk3d
