// SPDX-License-Identifier: MIT
// Times of the GPU's kernels on the voxels of a scan at the four scales of the paper's network,
// beside what the GPU reaches on a copy and on dense products, and beside the dataflow of other
// libraries. The convs' results are compared with each other on the way. Under emulation it only
// shows that it runs.
#include <cstdio>
#include <fstream>
#include <memory>

#include "conv_bf16.h"
#include "conv_per_offset.h"
#include "cuda_kernels.h"
#include "curve_order.h"
#include "device/graph.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/error.h"
#include "measurement.h"
#include "options.h"
#include "scan.h"
#include "subjects.h"

namespace lsk3d::cuda_bench {
namespace {

using cuda::Buffer;

class Bench {
 public:
  Bench(const Options& options, const Kernels& kernels) : o_(options), kernels_(kernels) {}

  int run() {
    const Scan scan = o_.scan.empty() ? made_up_scan(o_.points) : read_scan(o_.scan);
    report_.gpu = gpu_name();
    report_.ceilings = measure_ceilings(/*small=*/o_.points < 10000, o_.seconds);
    report_.scan = str_cat(scan.name, ", ", scan.points(), " points");
    report_.print_head();
    for (std::uint64_t i = 0; i < 4; ++i)
      weights_.push_back(std::make_unique<Weights>(offsets(), o_.channels, 10 + i));
    for (int i = 0; i < o_.scales; ++i) scale(scan, 5 << i);
    all_convs();
    for (const std::string& note : report_.notes) std::printf("%s\n", note.c_str());
    if (!o_.json.empty()) std::ofstream(o_.json) << report_.json();
    return failed_ ? 1 : 0;
  }

 private:
  std::int64_t offsets() const { return std::int64_t{o_.kernel} * o_.kernel * o_.kernel; }
  cuda::KernelExtents extents() const { return {o_.kernel, o_.kernel, o_.kernel}; }

  static std::string gpu_name() {
    int device = 0;
    cudaDeviceProp properties{};
    cuda::check(cudaGetDevice(&device), "asking for the current GPU");
    cuda::check(cudaGetDeviceProperties(&properties, device), "asking the GPU");
    return properties.name;
  }

  void add(const std::string& name, int voxel_cm, double gflop, double gbyte, Arithmetic arithmetic,
           const std::function<void()>& work) {
    report_.add({name, voxel_cm, measure(work, o_.seconds), gflop, gbyte, arithmetic});
  }

  void note(std::string text) { report_.notes.push_back(std::move(text)); }

  void compare(const char* what, Scale& s, double tolerance) {
    const double d = distance(s.y, s.wanted);
    const bool wrong = !(d <= tolerance);
    failed_ = failed_ || wrong;
    note(str_cat(s.voxel_cm, " cm, ", what, ": ", d, " of the norm from the f32 conv",
                 wrong ? ": TOO FAR" : ""));
  }

  void scale(const Scan& scan, int voxel_cm) {
    const std::vector<std::int32_t> rows = voxel_coordinates(scan, voxel_cm);
    const auto points = static_cast<std::int64_t>(rows.size()) / 4;
    const Buffer<std::int32_t> coordinates{std::span<const std::int32_t>(rows)};
    add("distinct voxels", voxel_cm, 0, 1e-9 * 24 * static_cast<double>(points), Arithmetic::none,
        [&] { cuda::unique_voxels(coordinates.data(), points); });
    scales_.push_back(std::make_unique<Scale>(cuda::unique_voxels(coordinates.data(), points),
                                              voxel_cm, extents(), o_.channels));
    Scale& s = *scales_.back();
    note(str_cat(voxel_cm, " cm: ", s.voxels.count, " voxels, ", s.pair_count, " pairs, ",
                 s.plan.tiles(), " tiles in ", s.plan.pass_count(), " passes of ",
                 s.plan.halo_row_count(), " rows"));
    const double map_gbyte = 1e-9 * (16.0 * static_cast<double>(s.voxels.count) +
                                     4.0 * static_cast<double>(s.pair_count));
    add("kernel map", voxel_cm, 0, map_gbyte, Arithmetic::none,
        [&] { cuda::submanifold_pairs(s.voxels.coordinates.data(), s.voxels.count, extents()); });
    add("tile plan", voxel_cm, 0, 2e-9 * 4 * static_cast<double>(s.pair_count), Arithmetic::none,
        [&] {
          cuda::TilePlan(s.pairs.pairs(),
                         cuda::curve_order(s.voxels.coordinates.data(), s.voxels.count), false,
                         cuda::halo_tiles());
        });
    forward(s);
    backward(s);
    if (cuda::has_blas()) per_offset(s);
  }

  void forward(Scale& s) {
    const Weights& w = *weights_[0];
    const double f32_gbyte = s.gbyte(4, static_cast<double>(offsets()));
    const double bf16_gbyte = s.gbyte(2, static_cast<double>(offsets()));
    ConvForwardArgs f = s.args();
    f.weight = w.f32.data();
    f.output = s.wanted.data();
    add("conv, f32, pair lists", s.voxel_cm, s.gflop(), f32_gbyte, Arithmetic::f32,
        [&] { kernels_.conv.forward(f); });
    f = s.args();
    f.input = s.x16.data();
    if (o_.channels <= cuda::kMaxBf16Channels) {
      add("conv, bf16, pair lists", s.voxel_cm, s.gflop(), bf16_gbyte, Arithmetic::bf16,
          [&] { conv_forward_bf16(f, w.quad); });
      compare("conv, bf16, pair lists", s, 1e-2);
    }
    s.y.zero();
    add("conv, bf16, tiles", s.voxel_cm, s.gflop(), bf16_gbyte, Arithmetic::bf16,
        [&] { conv_forward_halo(f, s.plan, w.pairs, s.all); });
    compare("conv, bf16, tiles", s, 1e-2);
  }

  void backward(Scale& s) {
    const Weights& w = *weights_[0];
    ConvForwardArgs f = s.args(true);
    f.weight = w.f32.data();
    f.output = s.wanted.data();
    add("input gradient, f32, pair lists", s.voxel_cm, s.gflop(),
        s.gbyte(4, static_cast<double>(offsets())), Arithmetic::f32,
        [&] { kernels_.conv.forward(f); });
    f = s.args(true);
    f.input = s.x16.data();
    add("input gradient, bf16, tiles", s.voxel_cm, s.gflop(),
        s.gbyte(2, static_cast<double>(offsets())), Arithmetic::bf16,
        [&] { conv_forward_halo(f, s.plan, w.pairs_transposed, s.all); });
    compare("input gradient, bf16, tiles", s, 1e-2);
    Buffer<float> grad(w.f32.size());
    ConvWeightGradArgs g;
    g.pairs = s.pairs.pairs();
    g.input = s.x.data();
    g.grad_output = s.y.data();
    g.grad_weight = grad.data();
    g.c_in = g.c_out = o_.channels;
    add("weight gradient, f32", s.voxel_cm, s.gflop(), s.gbyte(4, static_cast<double>(offsets())),
        Arithmetic::f32, [&] { kernels_.conv.weight_grad(g); });
  }

  /// As other libraries do it.
  void per_offset(Scale& s) {
    const Weights& w = *weights_[0];
    ConvForwardArgs f = s.args();
    f.weight = w.f32.data();
    f.output = s.wanted.data();
    kernels_.conv.forward(f);
    for (const DType operands : {DType::f32, DType::bf16}) {
      const bool bf16 = operands == DType::bf16;
      if (bf16 && o_.channels % 8 != 0) continue;
      cuda::PerOffsetConv conv(s.pairs.pairs(), o_.channels, o_.channels, operands);
      const std::string name = str_cat("conv, ", to_string(operands), ", offset by offset");
      add(name, s.voxel_cm, s.gflop(), s.gbyte(bf16 ? 2 : 4, static_cast<double>(offsets())),
          bf16 ? Arithmetic::bf16 : Arithmetic::f32, [&] {
            conv.run(bf16 ? static_cast<const void*>(s.x16.data()) : s.x.data(),
                     bf16 ? static_cast<const void*>(w.bf16.data()) : w.f32.data(), s.y.data(),
                     s.voxels.count);
          });
      compare(name.c_str(), s, bf16 ? 1e-2 : 1e-5);
    }
  }

  /// Four convs at each scale, each with weights of its own, as one forward pass has them.
  void all_convs() {
    double gflop = 0, f32_gbyte = 0, bf16_gbyte = 0;
    for (const auto& s : scales_) {
      gflop += 4 * s->gflop();
      f32_gbyte += 4 * s->gbyte(4, static_cast<double>(offsets()));
      bf16_gbyte += 4 * s->gbyte(2, static_cast<double>(offsets()));
    }
    const auto each = [&](auto conv) {
      for (const auto& s : scales_)
        for (const auto& w : weights_) conv(*s, *w);
    };
    const std::string count = str_cat(4 * scales_.size(), " convs, ");
    add(count + "f32, pair lists", 0, gflop, f32_gbyte, Arithmetic::f32, [&] {
      each([&](Scale& s, const Weights& w) {
        ConvForwardArgs f = s.args();
        f.weight = w.f32.data();
        kernels_.conv.forward(f);
      });
    });
    const auto tiles = [&] {
      each([&](Scale& s, const Weights& w) {
        ConvForwardArgs f = s.args();
        f.input = s.x16.data();
        conv_forward_halo(f, s.plan, w.pairs, s.all);
      });
    };
    if (o_.channels <= cuda::kMaxBf16Channels)
      add(count + "bf16, pair lists", 0, gflop, bf16_gbyte, Arithmetic::bf16, [&] {
        each([&](Scale& s, const Weights& w) {
          ConvForwardArgs f = s.args();
          f.input = s.x16.data();
          conv_forward_bf16(f, w.quad);
        });
      });
    add(count + "bf16, tiles", 0, gflop, bf16_gbyte, Arithmetic::bf16, tiles);
    if (cuda::uses_clusters()) {
      cuda::set_uses_clusters(false);
      add(count + "bf16, tiles, weights not shared", 0, gflop, bf16_gbyte, Arithmetic::bf16, tiles);
      cuda::set_uses_clusters(true);
    }
    cuda::Graph graph;
    graph.record(tiles);
    add(count + "bf16, tiles, graph", 0, gflop, bf16_gbyte, Arithmetic::bf16,
        [&] { graph.replay(); });
  }

  Options o_;
  const Kernels& kernels_;
  Report report_;
  std::vector<std::unique_ptr<Weights>> weights_;
  std::vector<std::unique_ptr<Scale>> scales_;
  bool failed_ = false;
};

}  // namespace
}  // namespace lsk3d::cuda_bench

int main(int argc, char** argv) {
  try {
    const auto options = lsk3d::cuda_bench::parse(argc, argv);
    return lsk3d::cuda_bench::Bench(options, lsk3d::cuda_kernels(lsk3d::Device::cuda(0))).run();
  } catch (const lsk3d::Error& e) {
    std::fprintf(stderr, "lsk3d_cuda_bench: %s\n", e.what());
    return e.exit_code();
  }
}
