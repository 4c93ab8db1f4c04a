// SPDX-License-Identifier: MIT
// Tensors in GPU memory.
#include "lsk3d/core/tensor.h"

#include "lsk3d/core/device_memory.h"
#include "parity.h"
#include "support/expect_throw.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;
using testing_support::same_bits;

const Device kGpu = Device::cuda(0), kCpu = Device::cpu();

TEST(CudaTensor, GoesThereAndBack) {
  for (const std::int64_t rows : {0, 1, 7, 50000}) {  // the last goes through pinned memory in pieces
    const Tensor host = random_tensor({rows, 30}, 1);
    const Tensor there = host.to(kGpu);
    EXPECT_EQ(there.device(), kGpu);
    EXPECT_EQ(there.shape(), host.shape());
    EXPECT_TRUE(there.to(kGpu).same_memory(there));
    EXPECT_TRUE(same_bits(there.to(kCpu), host)) << rows;
  }
  EXPECT_FALSE(Tensor().to(kGpu).defined());
}

TEST(CudaTensor, UploadsAreFreeToChangeAfterTheCall) {
  Tensor host = random_tensor({5 << 20}, 2, DType::f32);
  const Tensor wanted = host.clone(), there = host.to(kGpu);
  host.zero();
  EXPECT_TRUE(same_bits(there.to(kCpu), wanted));
}

TEST(CudaTensor, CopiesFillsAndViews) {
  const Tensor host = random_tensor({6, 4}, 3, DType::f32);
  Tensor there = host.to(kGpu);
  const Tensor copy = there.clone();
  there.zero();
  EXPECT_TRUE(same_bits(there.to(kCpu), Tensor::zeros({6, 4})));
  EXPECT_TRUE(same_bits(copy.to(kCpu), host));
  there.copy_from(host);
  EXPECT_TRUE(same_bits(there.to(kCpu), host));
  there.rows(1, 3).copy_from(copy.rows(4, 6));
  EXPECT_TRUE(same_bits(there.rows(1, 3).to(kCpu), host.rows(4, 6).clone()));
  EXPECT_TRUE(there.reshape({24}).same_memory(there));
  Tensor back = Tensor::empty({6, 4});
  back.copy_from(copy);
  EXPECT_TRUE(same_bits(back, host));
}

TEST(CudaTensor, HoldsEveryElementType) {
  for (const DType dtype : {DType::f32, DType::f64, DType::bf16, DType::i32, DType::i64, DType::u8}) {
    const Tensor full = Tensor::full({1000}, 3, dtype, kGpu);
    EXPECT_TRUE(same_bits(full.to(kCpu), Tensor::full({1000}, 3, dtype))) << to_string(dtype);
    EXPECT_EQ(full.rows(5, 6).item(), 3);
    EXPECT_TRUE(same_bits(full.to(DType::f64).to(kCpu), Tensor::full({1000}, 3, DType::f64)));
  }
}

TEST(CudaTensor, IsNotReadByTheHostByMistake) {
  Tensor there = Tensor::zeros({3}, DType::f32, kGpu);
  LSK3D_EXPECT_THROW(there.data<float>(), InternalError, "cuda:0");
  LSK3D_EXPECT_THROW(there.span<float>(), InternalError, "to(Device::cpu())");
  EXPECT_NE(there.address<float>(), nullptr);
  EXPECT_THROW(there.address<double>(), InternalError);
}

TEST(CudaTensor, DevicesAreNamedByText) {
  EXPECT_EQ(parse_device("cpu"), kCpu);
  EXPECT_EQ(parse_device("cuda"), kGpu);
  EXPECT_EQ(parse_device("cuda:0"), kGpu);
  EXPECT_EQ(parse_device("auto"), kGpu);
  for (const char* text : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda0", "cuda:1 ", ""})
    LSK3D_EXPECT_THROW(parse_device(text), UsageError, "auto, cpu or cuda[:index]");
  LSK3D_EXPECT_THROW(parse_device("cuda:63"), DeviceError, "cuda:63");
  synchronize(kGpu);
  synchronize(kCpu);
}

}  // namespace
}  // namespace lsk3d::cuda_test
