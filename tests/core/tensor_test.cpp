// SPDX-License-Identifier: MIT
#include "lsk3d/core/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lsk3d {
namespace {

TEST(Tensor, RowsAndReshapeShareMemory) {
  Tensor t = Tensor::from<float>({0, 1, 2, 3, 4, 5}, {3, 2});
  Tensor row = t.rows(1, 2);
  EXPECT_EQ(row.shape(), (Shape{1, 2}));
  row.fill(9);
  EXPECT_EQ(t.data<float>()[2], 9);
  EXPECT_EQ(t.data<float>()[4], 4);
  EXPECT_EQ(t.reshape({6}).data<float>()[3], 9);
  EXPECT_FALSE(t.clone().same_memory(t));
}

TEST(Tensor, IsAligned) {
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(Tensor::empty({100000}).raw()) % 64, 0u);
}

TEST(Tensor, ZerosAreZeroInUsedMemoryToo) {
  for (std::int64_t bytes : {1 << 8, 1 << 18, 3 << 20}) {  // of malloc, of the cache, mapped pages
    Tensor fresh = Tensor::zeros({bytes}, DType::u8);
    ASSERT_EQ(std::ranges::count(fresh.span<std::uint8_t>(), 0), bytes);
    fresh.fill(7);
    fresh = Tensor();
    const Tensor again = Tensor::zeros({bytes}, DType::u8);
    EXPECT_EQ(std::ranges::count(again.span<std::uint8_t>(), 0), bytes);
    Tensor smaller = Tensor::zeros({bytes - bytes / 4}, DType::u8);
    smaller.fill(1);  // writes to all of it
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(smaller.raw()) % 64, 0u);
  }
}

TEST(Tensor, BlocksAreNotSharedByTwoThatLive) {
  std::vector<Tensor> tensors;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 12; ++i) {
      tensors.push_back(Tensor::empty({(1 << 18) + i * 50000}, DType::i32));
      tensors.back().fill(i);
    }
    for (std::size_t i = 0; i < tensors.size(); ++i)
      EXPECT_EQ(tensors[i].data<std::int32_t>()[tensors[i].numel() - 1],
                static_cast<std::int32_t>(i < 6 && round > 0 ? 2 * i : i - (round > 0 ? 6 : 0)));
    std::vector<Tensor> kept;  // every second of the last twelve
    for (std::size_t i = tensors.size() - 12; i < tensors.size(); i += 2) kept.push_back(tensors[i]);
    tensors = kept;
  }
}

TEST(Tensor, ConvertsBetweenTypes) {
  Tensor t = Tensor::from<float>({1.5f, -2.f}, {2}).to(DType::f64);
  EXPECT_EQ(t.data<double>()[0], 1.5);
  EXPECT_EQ(t.to(DType::bf16).to(DType::f32).data<float>()[1], -2.f);
}

TEST(Tensor, EmptyTensorsAreFine) {
  Tensor t = Tensor::zeros({0, 8});
  EXPECT_EQ(t.numel(), 0);
  EXPECT_EQ(t.rows(0, 0).dim(0), 0);
}

TEST(Tensor, WrongUseIsNamed) {
  Tensor t = Tensor::zeros({2, 3});
  EXPECT_THROW(t.data<double>(), InternalError);
  EXPECT_THROW(t.reshape({7}), UsageError);
  EXPECT_THROW(Tensor::empty({-1}), UsageError);
  EXPECT_THROW(Tensor::empty({std::int64_t{1} << 40, std::int64_t{1} << 40}), UsageError);
  EXPECT_THROW(Tensor().raw(), InternalError);
  EXPECT_THROW(Tensor::from<float>({1, 2}, {3}), UsageError);
  EXPECT_THROW(Tensor::empty({4}, DType::f32, Device::cuda(63)), DeviceError);
}

TEST(BFloat16, RoundsToNearestEven) {
  EXPECT_EQ(to_float(to_bfloat16(1.0f + 0x1p-8f)), 1.0f);                // tie: to even
  EXPECT_EQ(to_float(to_bfloat16(1.0f + 0x1p-7f + 0x1p-8f)), 1.0f + 0x1p-6f);
  EXPECT_TRUE(std::isnan(to_float(to_bfloat16(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_TRUE(std::isinf(to_float(to_bfloat16(std::numeric_limits<float>::infinity()))));
}

}  // namespace
}  // namespace lsk3d
