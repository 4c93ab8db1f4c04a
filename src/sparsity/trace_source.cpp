// SPDX-License-Identifier: MIT
#include "trace_source.h"

#include <set>

#include "lsk3d/core/check.h"

namespace lsk3d {

const Tensor& only_source(const OpTrace& trace, const std::vector<Parameter*>& parameters) {
  std::set<const Tensor*> known;
  for (const Parameter* parameter : parameters) known.insert(&parameter->value());
  const Tensor* source = nullptr;
  for (const TracedOp& op : trace.ops()) {
    for (const auto* list : {&op.inputs, &op.parameters})
      for (const Variable& x : *list)
        if (known.insert(&x.value()).second) {
          LSK3D_ASSERT(!source, "an op without a place in OpTrace made a tensor ",
                       to_string(x.shape()));
          source = &x.value();
        }
    known.insert(&op.output.value());
  }
  LSK3D_ASSERT(source, "nothing was traced");
  return *source;
}

}  // namespace lsk3d
