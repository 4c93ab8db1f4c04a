// SPDX-License-Identifier: MIT
// lsk3d_cuda_bench [POINTS [KERNEL]]: times of the GPU's kernels on the voxels of a made-up scan, beside the
// GPU's own copy rate. Under emulation it only shows that it runs.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "conv_bf16.h"
#include "cuda_kernels.h"
#include "kernel_map.h"
#include "lsk3d/core/error.h"
#include "lsk3d/core/rng.h"
#include "voxel_index.h"

namespace lsk3d::cuda {
namespace {

/// i32 [points, 4] on ground and walls around a sensor, dense near it; z spans 120 voxels.
std::vector<std::int32_t> made_up_scan(std::int64_t points) {
  Rng rng(1);
  std::vector<std::int32_t> coordinates;
  for (std::int64_t i = 0; i < points; ++i) {
    const double angle = 2 * 3.14159265358979 * rng.uniform64();
    const double range = 40 * std::exp(3.2 * rng.uniform64());
    const bool wall = rng.uniform() < 0.3f;
    const double distance = wall ? std::floor(range / 100) * 100 + 50 : range;
    coordinates.push_back(0);
    coordinates.push_back(static_cast<std::int32_t>(1000 + distance * std::cos(angle)));
    coordinates.push_back(static_cast<std::int32_t>(1000 + distance * std::sin(angle)));
    coordinates.push_back(wall ? static_cast<std::int32_t>(rng.below(60)) : static_cast<std::int32_t>(range / 100));
  }
  return coordinates;
}

void wait() { check(cudaStreamSynchronize(current_stream()), "waiting for the GPU"); }

/// The median time of some runs after one to warm up, in ms.
template <typename F>
double milliseconds(F f) {
  f();
  std::vector<double> times;
  for (int i = 0; i < 9; ++i) {
    wait();
    const auto begin = std::chrono::steady_clock::now();
    f();
    wait();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + 4, times.end());
  return times[4];
}

void print(const char* what, double ms, double amount, const char* unit) {
  std::printf("%-34s %10.3f ms %12.2f %s\n", what, ms, amount / ms, unit);
}

void copy_rate(std::int64_t points) {
  const std::int64_t bytes = std::clamp<std::int64_t>(points * 2048, 1 << 16, 1 << 28);
  Buffer<std::uint8_t> from(bytes), to(bytes);
  const double ms = milliseconds([&] {
    check(cudaMemcpyAsync(to.data(), from.data(), static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice,
                          current_stream()),
          "copying");
  });
  print("copy, read and write", ms, 2e-6 * static_cast<double>(bytes), "GB/s");
}

void bench(std::int64_t points, int kernel) {
  const Kernels& kernels = cuda_kernels(Device::cuda(0));
  copy_rate(points);
  constexpr int kChannels = 64;
  const Buffer<std::int32_t> coordinates{std::span<const std::int32_t>(made_up_scan(points))};
  const UniqueVoxels voxels = unique_voxels(coordinates.data(), points);
  const KernelExtents extents{kernel, kernel, kernel};
  const DevicePairs pairs = submanifold_pairs(voxels.coordinates.data(), voxels.count, extents);
  std::int64_t pair_count = 0;
  for (std::int64_t k = 0; k < extents.volume(); ++k) pair_count += pairs.pairs().count(k);
  std::printf("%lld points, %lld voxels, %d offsets, %lld pairs\n", static_cast<long long>(points),
              static_cast<long long>(voxels.count), extents.volume(), static_cast<long long>(pair_count));
  print("distinct voxels", milliseconds([&] { unique_voxels(coordinates.data(), points); }),
        1e-3 * static_cast<double>(points), "Mpoints/s");
  print("kernel map", milliseconds([&] { submanifold_pairs(voxels.coordinates.data(), voxels.count, extents); }),
        1e-3 * static_cast<double>(pair_count), "Mpairs/s");

  Buffer<float> x(voxels.count * kChannels), y(voxels.count * kChannels);
  Buffer<float> weight(std::int64_t{extents.volume()} * kChannels * kChannels), grad(weight.size());
  x.zero();
  y.zero();
  weight.zero();
  const double gigaflop = 2e-9 * static_cast<double>(pair_count) * kChannels * kChannels;
  ConvForwardArgs f;
  f.pairs = pairs.pairs();
  f.input = x.data();
  f.weight = weight.data();
  f.output = y.data();
  f.output_rows = voxels.count;
  f.c_in = f.c_out = kChannels;
  print("conv 64 -> 64, f32", milliseconds([&] { kernels.conv.forward(f); }), gigaflop, "TFLOP/s");
  f.input_gradient = true;
  print("conv, input gradient, f32", milliseconds([&] { kernels.conv.forward(f); }), gigaflop, "TFLOP/s");
  f.input_gradient = false;
  ConvWeightGradArgs w;
  w.pairs = f.pairs;
  w.input = x.data();
  w.grad_output = y.data();
  w.grad_weight = grad.data();
  w.c_in = w.c_out = kChannels;
  print("conv, weight gradient, f32", milliseconds([&] { kernels.conv.weight_grad(w); }), gigaflop, "TFLOP/s");
  const PackedWeights packed(weight.data(), extents.volume(), kChannels, kChannels, false);
  const Buffer<std::uint16_t> rows = rows_as_bf16(x.data(), voxels.count, kChannels, bf16_stride(kChannels));
  f.input = rows.data();
  print("conv 64 -> 64, bf16", milliseconds([&] { conv_forward_bf16(f, packed); }), gigaflop, "TFLOP/s");
}

}  // namespace
}  // namespace lsk3d::cuda

int main(int argc, char** argv) {
  try {
    lsk3d::cuda::bench(argc > 1 ? std::atoll(argv[1]) : 124000, argc > 2 ? std::atoi(argv[2]) : 9);
  } catch (const lsk3d::Error& e) {
    std::fprintf(stderr, "lsk3d_cuda_bench: %s\n", e.what());
    return e.exit_code();
  }
  return 0;
}
