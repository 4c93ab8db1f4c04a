// SPDX-License-Identifier: MIT
#include "row_parts.h"

#include <algorithm>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kOnCpu = 16384;
// Above any ordinary scan: a GPU is kept busy by many rows, and its libraries may order sums
// differently for another number of rows.
constexpr std::int64_t kOnGpu = std::int64_t{1} << 21;

}  // namespace

bool may_run_in_parts(const Module& module) {
  return !Tape::current() && !OpTrace::current() && !layers_are_observed() && !module.training();
}

std::int64_t rows_of_a_part(Device device) { return device.is_cpu() ? kOnCpu : kOnGpu; }

Variable in_parts(std::int64_t rows, Device device,
                  const std::function<Variable(std::int64_t begin, std::int64_t end)>& layers) {
  std::vector<std::int64_t> cuts{0};
  do cuts.push_back(std::min(cuts.back() + rows_of_a_part(device), rows));
  while (cuts.back() < rows);
  return in_parts(cuts, layers);
}

Variable in_parts(const std::vector<std::int64_t>& cuts,
                  const std::function<Variable(std::int64_t begin, std::int64_t end)>& layers) {
  LSK3D_ASSERT(cuts.size() >= 2, "no part");
  if (cuts.size() == 2) return layers(cuts[0], cuts[1]);
  Tensor all;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const Variable part = layers(cuts[i], cuts[i + 1]);
    if (!all.defined())
      all = Tensor::empty({cuts.back(), part.dim(1)}, part.value().dtype(), part.value().device());
    all.rows(cuts[i], cuts[i + 1]).copy_from(part.value());
  }
  return Variable(std::move(all));
}

}  // namespace lsk3d
