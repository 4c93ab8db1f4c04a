// SPDX-License-Identifier: MIT
#include "row_parts.h"

#include <algorithm>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/autograd/tape.h"
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
  const std::int64_t step = rows_of_a_part(device);
  if (rows <= step) return layers(0, rows);
  Tensor all;
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    const std::int64_t end = std::min(begin + step, rows);
    const Variable part = layers(begin, end);
    if (!all.defined())
      all = Tensor::empty({rows, part.dim(1)}, part.value().dtype(), part.value().device());
    all.rows(begin, end).copy_from(part.value());
  }
  return Variable(std::move(all));
}

}  // namespace lsk3d
