// SPDX-License-Identifier: MIT
// Runs a kernel of the CPU's table and its twin of the GPU's on equal memory, and compares all of it.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "cuda_kernels.h"
#include "device/memory.h"
#include "lsk3d/core/tensor.h"
#include "lsk3d/kernels/kernels.h"
#include "support/random_tensor.h"

namespace lsk3d::cuda_test {

/// Before the second of two runs: under emulation blocks and threads then go in the opposite order.
void reverse_order(bool reversed);

/// A tensor's copy on the GPU.
class OnGpu {
 public:
  explicit OnGpu(const Tensor& tensor) : memory_(static_cast<std::int64_t>(tensor.bytes())), host_(tensor) {
    cuda::copy_to_gpu(memory_.data(), tensor.raw(), tensor.bytes());
  }
  void* data() { return memory_.data(); }
  Tensor to_host() const {
    Tensor tensor = Tensor::empty(host_.shape(), host_.dtype());
    cuda::copy_to_host(tensor.raw(), memory_.data(), tensor.bytes());
    return tensor;
  }

 private:
  cuda::Buffer<std::uint8_t> memory_;
  Tensor host_;
};

/// One memory address per tensor, on the table's device.
using Addresses = std::vector<void*>;
using Run = std::function<void(const Kernels&, const Addresses&)>;

inline const Kernels& gpu_kernels() { return cuda_kernels(Device::cuda(0)); }

/// All tensors after `run` on the CPU.
inline std::vector<Tensor> run_on_cpu(const std::vector<Tensor>& tensors, const Run& run) {
  std::vector<Tensor> copies;
  Addresses addresses;
  for (const Tensor& t : tensors) copies.push_back(t.clone());
  for (Tensor& t : copies) addresses.push_back(t.raw());
  run(cpu_kernels(), addresses);
  return copies;
}

/// All tensors after `run` on the GPU.
inline std::vector<Tensor> run_on_gpu(const std::vector<Tensor>& tensors, const Run& run) {
  const Kernels& kernels = gpu_kernels();
  std::vector<OnGpu> copies;
  Addresses addresses;
  for (const Tensor& t : tensors) copies.emplace_back(t);
  for (OnGpu& t : copies) addresses.push_back(t.data());
  run(kernels, addresses);
  std::vector<Tensor> results;
  for (const OnGpu& t : copies) results.push_back(t.to_host());
  return results;
}

/// `run` leaves the same in all tensors on both devices, within `tolerance` of the norm, and twice the
/// same bits on the GPU. Gives the GPU's.
inline std::vector<Tensor> expect_parity(const std::vector<Tensor>& tensors, const Run& run, double tolerance) {
  const std::vector<Tensor> wanted = run_on_cpu(tensors, run), found = run_on_gpu(tensors, run);
  reverse_order(true);
  const std::vector<Tensor> again = run_on_gpu(tensors, run);
  reverse_order(false);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_LE(testing_support::distance(found[i], wanted[i]), tolerance) << "tensor " << i;
    EXPECT_TRUE(testing_support::same_bits(found[i], again[i])) << "tensor " << i << " on two runs";
  }
  return found;
}

inline double tolerance_of(DType dtype) { return dtype == DType::f32 ? 1e-5 : 1e-13; }

/// Rubbish that a kernel has to overwrite.
inline Tensor rubbish(const Shape& shape, DType dtype) { return Tensor::full(shape, NAN, dtype); }

}  // namespace lsk3d::cuda_test
