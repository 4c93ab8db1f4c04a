// SPDX-License-Identifier: MIT
#include "lsk3d/nn/sparse_conv.h"

#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/init.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

Tensor weight_of(int c_in, int c_out, KernelSize k) {
  LSK3D_CHECK(c_in >= 1 && c_out >= 1 && k.z >= 1 && k.y >= 1 && k.x >= 1, UsageError,
              "SparseConv: expected widths and kernel extents of at least 1, found ", c_in, " -> ",
              c_out, ", kernel ", k.z, "x", k.y, "x", k.x);
  return Tensor::zeros({k.z, k.y, k.x, c_in, c_out});
}

}  // namespace

SparseConv::SparseConv(int c_in, int c_out, KernelSize kernel)
    : weight_(add_parameter("weight", weight_of(c_in, c_out, kernel))) {}

Variable SparseConv::operator()(const Variable& x, const KernelMap& map) const {
  Variable y = sparse_conv(x, weight_.variable, map, weight_.pattern);
  report_layer(weight_.name, y.value());
  return y;
}

void SparseConv::draw_parameters(std::uint64_t seed) {
  const Shape& shape = weight_.value().shape();
  fill_uniform(weight_, shape[0] * shape[1] * shape[2] * shape[3], seed);
}

}  // namespace lsk3d
