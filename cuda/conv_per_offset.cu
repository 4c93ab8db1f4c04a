// SPDX-License-Identifier: MIT
#include "conv_per_offset.h"

#include <algorithm>

#include "device/launch.h"

namespace lsk3d::cuda {
namespace {

/// out[i] = rows[index[i]]; elements of any type of this size.
template <typename T>
__global__ void gather_rows_kernel(const T* rows, const std::int32_t* index, std::int64_t count,
                                   int width, T* out) {
  for (std::int64_t i = first_item(); i < count * width; i += item_step())
    out[i] = rows[std::int64_t{index[i / width]} * width + i % width];
}

/// rows[index[i]] += x[i]; distinct rows, so nobody else adds to them.
__global__ void add_to_rows_kernel(const float* x, const std::int32_t* index, std::int64_t count,
                                   int width, float* rows) {
  for (std::int64_t i = first_item(); i < count * width; i += item_step())
    rows[std::int64_t{index[i / width]} * width + i % width] += x[i];
}

}  // namespace

PerOffsetConv::PerOffsetConv(const PairLists& pairs, int c_in, int c_out, DType operands)
    : pairs_(pairs), c_in_(c_in), c_out_(c_out), operands_(operands) {
  std::int64_t longest = 0;
  for (std::int64_t k = 0; k < pairs.offsets(); ++k) {
    if (pairs.count(k) == 0) continue;
    longest = std::max(longest, pairs.count(k));
    offsets_.push_back(static_cast<std::int32_t>(k));
    products_.emplace_back(
        BlasShape{.dtype = operands, .m = pairs.count(k), .n = c_out, .k = c_in});
  }
  gathered_ = Buffer<std::uint8_t>(longest * c_in * static_cast<std::int64_t>(size_of(operands)));
  products_of_rows_ = Buffer<float>(longest * c_out);
}

void PerOffsetConv::run(const void* input, const void* weight, float* output,
                        std::int64_t output_rows) {
  set_zero(output, static_cast<std::size_t>(output_rows * c_out_) * sizeof(float));
  const cudaStream_t stream = current_stream();
  const std::int64_t slab =
      std::int64_t{c_in_} * c_out_ * static_cast<std::int64_t>(size_of(operands_));
  for (std::size_t n = 0; n < offsets_.size(); ++n) {
    const std::int64_t k = offsets_[n], count = pairs_.count(k);
    const auto gather = [&](auto kernel, auto element) {
      using T = decltype(element);
      launch(kernel, blocks_for(count * c_in_), kThreads, 0, stream, static_cast<const T*>(input),
             pairs_.in(k), count, c_in_, reinterpret_cast<T*>(gathered_.data()));
    };
    if (operands_ == DType::bf16) gather(gather_rows_kernel<std::uint16_t>, std::uint16_t{});
    else gather(gather_rows_kernel<float>, float{});
    products_[n].run(gathered_.data(), static_cast<const std::uint8_t*>(weight) + k * slab, nullptr,
                     products_of_rows_.data());
    launch(add_to_rows_kernel, blocks_for(count * c_out_), kThreads, 0, stream,
           products_of_rows_.data(), pairs_.out(k), count, c_out_, output);
  }
}

}  // namespace lsk3d::cuda
