// SPDX-License-Identifier: MIT
#include "conv_rounded.h"

#include "conv_bf16.h"
#include "conv_halo.h"
#include "map_plan.h"

namespace lsk3d::cuda {
namespace {

constexpr std::int64_t kFewestRows = 512;  // below, a plan is not worth its making: not measured

int read_channels(const ConvForwardArgs& a) { return a.input_gradient ? a.c_out : a.c_in; }

}  // namespace

bool takes_tiles(const ConvForwardArgs& a) {
  return a.pairs.voxels && a.output_rows >= kFewestRows && has_halo_tiles();
}

bool takes_bf16(const ConvForwardArgs& a) {
  return a.dtype == DType::f32 && (read_channels(a) <= kMaxBf16Channels || takes_tiles(a));
}

void conv_forward_rounded(const ConvForwardArgs& a) {
  const int read = read_channels(a);
  const bool tiles = takes_tiles(a);
  const PackedWeights weights(static_cast<const float*>(a.weight), a.pairs.offsets(), a.c_in,
                              a.c_out, a.input_gradient,
                              tiles ? LaneChannels::pairs : LaneChannels::quad);
  const Buffer<std::uint16_t> rows =
      rows_as_bf16(static_cast<const float*>(a.input), a.input_rows, read, bf16_stride(read));
  ConvForwardArgs rounded = a;
  rounded.input = rows.data();
  if (!tiles) return conv_forward_bf16(rounded, weights);
  const auto plan = plan_of(a.pairs);
  conv_forward_halo(rounded, *plan->tiles(), weights, *active_on_gpu(a.active, *plan, a.c_in));
}

}  // namespace lsk3d::cuda
