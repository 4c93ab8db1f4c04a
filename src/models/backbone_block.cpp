// SPDX-License-Identifier: MIT
#include "backbone_block.h"

#include "lsk3d/autograd/functions.h"

namespace lsk3d {

BackboneBlock::BackboneBlock(const ModelSettings& settings)
    : residual_0_(settings), residual_1_(settings), point_branch_(settings.channels) {
  add_child("v_enc.0", residual_0_);
  add_child("v_enc.1", residual_1_);
  add_child("p_enc", point_branch_);
}

BackboneBlock::Output BackboneBlock::operator()(const Variable& x, const ScaleLevel& from,
                                                const ScaleLevel& to) {
  const Variable v = residual_1_(residual_0_(x, from.map), from.map);
  const Variable g = point_branch_(add(x, v), from.coarser);
  const Variable p = gather_mean(g, from.points, to.points);
  return {add(p, gather_mean(v, from.points, to.points)), p};
}

}  // namespace lsk3d
