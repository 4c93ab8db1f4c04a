// SPDX-License-Identifier: MIT
#include "lsk3d/kernels/conv.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>
#include <set>
#include <vector>

#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/core/tensor.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

/// Random pair lists: per offset a random subset of rows on both sides, increasing.
struct RandomMap {
  std::vector<std::vector<std::int32_t>> in, out;
  std::vector<PairList> lists;

  RandomMap(int offsets, int rows_in, int rows_out, double density, std::uint64_t seed) {
    Rng rng(seed);
    for (int k = 0; k < offsets; ++k) {
      std::vector<std::int32_t> i, o;
      for (int r = 0; r < rows_in; ++r)
        if (rng.uniform() < density) i.push_back(r);
      for (int r = 0; r < rows_out; ++r)
        if (rng.uniform() < density) o.push_back(r);
      const auto n = std::min(i.size(), o.size());
      i.resize(n);
      o.resize(n);
      in.push_back(i);
      out.push_back(o);
    }
    for (std::size_t k = 0; k < in.size(); ++k)
      lists.push_back({in[k].data(), out[k].data(), static_cast<std::int64_t>(in[k].size())});
  }
  PairLists pairs() const { return {lists}; }
};

template <typename T>
Tensor random_tensor(Shape shape, std::uint64_t seed) {
  Tensor t = Tensor::empty(std::move(shape), dtype_of<T>());
  Rng rng(seed);
  for (T& v : t.span<T>()) v = static_cast<T>(rng.uniform(-1, 1));
  return t;
}

struct Case {
  int offsets, rows_in, rows_out, c_in, c_out;
  double density;
};

/// A forward call of `c`; callers change what is special.
ConvForwardArgs forward_args(const Case& c, const RandomMap& map, const Tensor& x, const Tensor& w,
                             Tensor& out) {
  ConvForwardArgs f;
  f.dtype = x.dtype();
  f.pairs = map.pairs();
  f.input = x.raw();
  f.weight = w.raw();
  f.output = out.raw();
  f.input_rows = c.rows_in;
  f.output_rows = c.rows_out;
  f.c_in = c.c_in;
  f.c_out = c.c_out;
  return f;
}

ConvWeightGradArgs weight_grad_args(const Case& c, const RandomMap& map, const Tensor& x,
                                    const Tensor& g, Tensor& grad) {
  ConvWeightGradArgs b;
  b.dtype = x.dtype();
  b.pairs = map.pairs();
  b.input = x.raw();
  b.grad_output = g.raw();
  b.grad_weight = grad.raw();
  b.c_in = c.c_in;
  b.c_out = c.c_out;
  return b;
}

bool block_is_set(const std::vector<std::uint64_t>& mask, int k, int c_in, int c, int j) {
  if (mask.empty()) return true;
  return (mask[static_cast<std::size_t>(k * ((c_in + 15) / 16) + c / 16)] >> (j / 16) & 1) != 0;
}

struct Reference {
  std::vector<double> out, grad_in, grad_weight;
};

template <typename T>
Reference reference(const Case& c, const RandomMap& map, const Tensor& x, const Tensor& w,
                    const Tensor& g, const std::set<int>& offsets,
                    const std::vector<std::uint64_t>& mask) {
  Reference r;
  r.out.assign(static_cast<std::size_t>(c.rows_out * c.c_out), 0);
  r.grad_in.assign(static_cast<std::size_t>(c.rows_in * c.c_in), 0);
  r.grad_weight.assign(static_cast<std::size_t>(c.offsets * c.c_in * c.c_out), 0);
  const T *px = x.data<T>(), *pw = w.data<T>(), *pg = g.data<T>();
  for (int k : offsets)
    for (std::size_t n = 0; n < map.in[static_cast<std::size_t>(k)].size(); ++n) {
      const int i = map.in[static_cast<std::size_t>(k)][n],
                o = map.out[static_cast<std::size_t>(k)][n];
      for (int a = 0; a < c.c_in; ++a)
        for (int b = 0; b < c.c_out; ++b) {
          if (!block_is_set(mask, k, c.c_in, a, b)) continue;
          const auto wi = static_cast<std::size_t>((k * c.c_in + a) * c.c_out + b);
          r.out[static_cast<std::size_t>(o * c.c_out + b)] += double(px[i * c.c_in + a]) * pw[wi];
          r.grad_in[static_cast<std::size_t>(i * c.c_in + a)] +=
              double(pg[o * c.c_out + b]) * pw[wi];
          r.grad_weight[wi] += double(px[i * c.c_in + a]) * pg[o * c.c_out + b];
        }
    }
  return r;
}

template <typename T>
double worst(const Tensor& found, const std::vector<double>& expected) {
  double scale = 1e-30, difference = 0;
  const T* f = found.data<T>();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    scale = std::max(scale, std::abs(expected[i]));
    difference = std::max(difference, std::abs(f[i] - expected[i]));
    if (!std::isfinite(f[i])) return 1e30;
  }
  return difference / scale;
}

template <typename T>
void check(const Case& c, const std::set<int>& offsets, const std::vector<std::uint64_t>& mask,
           double tolerance) {
  const RandomMap map(c.offsets, c.rows_in, c.rows_out, c.density, 7);
  const Tensor x = random_tensor<T>({c.rows_in, c.c_in}, 1);
  const Tensor w = random_tensor<T>({c.offsets, c.c_in, c.c_out}, 2);
  const Tensor g = random_tensor<T>({c.rows_out, c.c_out}, 3);
  const Reference r = reference<T>(c, map, x, w, g, offsets, mask);
  const std::vector<std::int32_t> list(offsets.begin(), offsets.end());
  ActiveWeights active;
  active.all_offsets = static_cast<int>(list.size()) == c.offsets;
  if (!active.all_offsets) active.offsets = list;
  active.block_mask = mask;

  // Filled with rubbish: the kernels must overwrite everything.
  Tensor out = Tensor::full({c.rows_out, c.c_out}, NAN, dtype_of<T>());
  Tensor grad_in = Tensor::full({c.rows_in, c.c_in}, NAN, dtype_of<T>());
  Tensor grad_weight = Tensor::full({c.offsets, c.c_in, c.c_out}, NAN, dtype_of<T>());
  ConvForwardArgs f = forward_args(c, map, x, w, out);
  f.active = active;
  cpu_kernels().conv.forward(f);
  EXPECT_LT(worst<T>(out, r.out), tolerance) << "forward " << c.c_in << "->" << c.c_out;

  f.input = g.raw();
  f.output = grad_in.raw();
  f.output_rows = c.rows_in;
  f.input_gradient = true;
  cpu_kernels().conv.forward(f);
  EXPECT_LT(worst<T>(grad_in, r.grad_in), tolerance) << "dgrad " << c.c_in << "->" << c.c_out;

  ConvWeightGradArgs b = weight_grad_args(c, map, x, g, grad_weight);
  b.active = active;
  cpu_kernels().conv.weight_grad(b);
  EXPECT_LT(worst<T>(grad_weight, r.grad_weight), tolerance)
      << "wgrad " << c.c_in << "->" << c.c_out;
}

std::set<int> all_of(int n) {
  std::set<int> all;
  for (int k = 0; k < n; ++k) all.insert(k);
  return all;
}

const Case kCases[] = {
    {1, 1, 1, 1, 1, 1.0},      {3, 40, 50, 3, 5, 0.5},     {27, 300, 300, 16, 16, 0.4},
    {5, 700, 90, 13, 20, 0.3}, {9, 200, 200, 33, 48, 0.5}, {27, 150, 150, 64, 64, 0.6},
    {4, 30, 600, 8, 40, 0.9},  {3, 0, 0, 8, 8, 0.5},
};

TEST(ConvKernels, EqualTheDefinitionForAnyChannelCount) {
  for (const Case& c : kCases) {
    check<float>(c, all_of(c.offsets), {}, 1e-5);
    check<double>(c, all_of(c.offsets), {}, 1e-13);
  }
}

TEST(ConvKernels, EveryInstructionSetGivesTheSameAnswer) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check<float>(kCases[3], all_of(5), {}, 1e-5);
    check<float>(kCases[4], all_of(9), {}, 1e-5);
    check<double>(kCases[2], all_of(27), {}, 1e-13);
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(ConvKernels, SkipInactiveOffsets) {
  check<float>(kCases[2], {0, 3, 13, 26}, {}, 1e-5);
  check<double>(kCases[4], {8}, {}, 1e-13);
  check<float>(kCases[2], {}, {}, 1e-5);
}

TEST(ConvKernels, SkipInactiveBlocks) {
  for (const Case& c : kCases) {
    Rng rng(11);
    std::vector<std::uint64_t> mask(static_cast<std::size_t>(c.offsets * ((c.c_in + 15) / 16)));
    for (auto& word : mask) word = rng.next_u64() & rng.next_u64();
    check<float>(c, all_of(c.offsets), mask, 1e-5);
    check<double>(c, all_of(c.offsets), mask, 1e-13);
  }
}

/// `t` with every number rounded to bfloat16.
Tensor rounded(const Tensor& t) { return t.to(DType::bf16).to(DType::f32); }

TEST(ConvKernels, Bf16MultipliesRoundedOperands) {
  std::vector<Case> cases(std::begin(kCases), std::end(kCases));
  cases.push_back({7, 900, 900, 160, 96, 0.5});  // more read channels than fit the stack buffer
  for (const Case& c : cases) {
    const RandomMap map(c.offsets, c.rows_in, c.rows_out, c.density, 7);
    const Tensor x = random_tensor<float>({c.rows_in, c.c_in}, 1);
    const Tensor w = random_tensor<float>({c.offsets, c.c_in, c.c_out}, 2);
    const Tensor g = Tensor::zeros({c.rows_out, c.c_out});
    for (const std::set<int>& offsets : {all_of(c.offsets), std::set<int>{0}}) {
      const Reference r = reference<float>(c, map, rounded(x), rounded(w), g, offsets, {});
      const std::vector<std::int32_t> list(offsets.begin(), offsets.end());
      Tensor out = Tensor::full({c.rows_out, c.c_out}, NAN);
      ConvForwardArgs f = forward_args(c, map, x, w, out);
      f.bf16 = true;
      f.active.all_offsets = static_cast<int>(list.size()) == c.offsets;
      if (!f.active.all_offsets) f.active.offsets = list;
      cpu_kernels().conv.forward(f);
      EXPECT_LT(worst<float>(out, r.out), 1e-5) << c.c_in << " -> " << c.c_out;
      // And it is not f32 in disguise.
      if (c.rows_in * c.c_in > 1000) {
        EXPECT_GT(worst<float>(out, reference<float>(c, map, x, w, g, offsets, {}).out), 1e-5);
      }
    }
  }
}

TEST(ConvKernels, ThreadsDoNotChangeABit) {
  // More rows than a tile and more pairs than a segment.
  const Case c{3, 40000, 40000, 8, 8, 0.7};
  const RandomMap map(c.offsets, c.rows_in, c.rows_out, c.density, 5);
  const Tensor x = random_tensor<float>({c.rows_in, c.c_in}, 1);
  const Tensor w = random_tensor<float>({c.offsets, c.c_in, c.c_out}, 2);
  const int before = num_threads();
  std::vector<Tensor> outs, grads;
  for (int threads : {1, 2, 5}) {
    set_num_threads(threads);
    Tensor out = Tensor::empty({c.rows_out, c.c_out});
    Tensor grad = Tensor::empty({c.offsets, c.c_in, c.c_out});
    ConvForwardArgs f = forward_args(c, map, x, w, out);
    cpu_kernels().conv.forward(f);
    ConvWeightGradArgs b = weight_grad_args(c, map, x, out, grad);
    cpu_kernels().conv.weight_grad(b);
    outs.push_back(out);
    grads.push_back(grad);
  }
  set_num_threads(before);
  for (std::size_t i = 1; i < outs.size(); ++i) {
    EXPECT_EQ(std::memcmp(outs[0].raw(), outs[i].raw(), outs[0].bytes()), 0);
    EXPECT_EQ(std::memcmp(grads[0].raw(), grads[i].raw(), grads[0].bytes()), 0);
  }
}

}  // namespace
}  // namespace lsk3d
