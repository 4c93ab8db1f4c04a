// SPDX-License-Identifier: MIT
#include "lsk3d/kernels/linear.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/core/tensor.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

template <typename T>
Tensor random_tensor(Shape shape, std::uint64_t seed) {
  Tensor t = Tensor::empty(std::move(shape), dtype_of<T>());
  Rng rng(seed);
  for (T& v : t.span<T>()) v = static_cast<T>(rng.uniform(-1, 1));
  return t;
}

template <typename T>
void expect_near(const Tensor& found, const std::vector<double>& expected, double tolerance,
                 const char* what) {
  double scale = 1e-30, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    scale = std::max(scale, std::abs(expected[i]));
    ASSERT_TRUE(std::isfinite(found.data<T>()[i])) << what << " " << i;
    difference = std::max(difference, std::abs(found.data<T>()[i] - expected[i]));
  }
  EXPECT_LT(difference / scale, tolerance) << what;
}

struct Layer {
  Tensor x, w, b, g, y, grad_x, grad_w, grad_b;

  template <typename T>
  static Layer run(int n, int c_in, int c_out, bool with_bias) {
    Layer l{random_tensor<T>({n, c_in}, 1), random_tensor<T>({c_out, c_in}, 2),
            random_tensor<T>({c_out}, 3),   random_tensor<T>({n, c_out}, 4),
            Tensor::full({n, c_out}, NAN, dtype_of<T>()), Tensor::full({n, c_in}, NAN, dtype_of<T>()),
            Tensor::full({c_out, c_in}, NAN, dtype_of<T>()), Tensor::full({c_out}, NAN, dtype_of<T>())};
    LinearForwardArgs f;
    f.dtype = dtype_of<T>();
    f.x = l.x.raw();
    f.weight = l.w.raw();
    f.bias = with_bias ? l.b.raw() : nullptr;
    f.y = l.y.raw();
    f.n = n;
    f.c_in = c_in;
    f.c_out = c_out;
    cpu_kernels().linear.forward(f);
    LinearBackwardArgs b;
    b.dtype = dtype_of<T>();
    b.x = l.x.raw();
    b.weight = l.w.raw();
    b.grad_y = l.g.raw();
    b.grad_x = l.grad_x.raw();
    b.grad_weight = l.grad_w.raw();
    b.grad_bias = l.grad_b.raw();
    b.n = n;
    b.c_in = c_in;
    b.c_out = c_out;
    cpu_kernels().linear.backward(b);
    return l;
  }
};

template <typename T>
void check(int n, int c_in, int c_out, bool with_bias, double tolerance) {
  SCOPED_TRACE(testing::Message() << n << " x " << c_in << " -> " << c_out);
  const Layer l = Layer::run<T>(n, c_in, c_out, with_bias);
  std::vector<double> y(static_cast<std::size_t>(n * c_out)), gx(static_cast<std::size_t>(n * c_in)),
      gw(static_cast<std::size_t>(c_out * c_in)), gb(static_cast<std::size_t>(c_out));
  const T *x = l.x.data<T>(), *w = l.w.data<T>(), *b = l.b.data<T>(), *g = l.g.data<T>();
  for (int i = 0; i < n; ++i)
    for (int o = 0; o < c_out; ++o) {
      double sum = with_bias ? b[o] : 0;
      for (int c = 0; c < c_in; ++c) {
        sum += double(x[i * c_in + c]) * w[o * c_in + c];
        gx[static_cast<std::size_t>(i * c_in + c)] += double(g[i * c_out + o]) * w[o * c_in + c];
        gw[static_cast<std::size_t>(o * c_in + c)] += double(g[i * c_out + o]) * x[i * c_in + c];
      }
      y[static_cast<std::size_t>(i * c_out + o)] = sum;
      gb[static_cast<std::size_t>(o)] += g[i * c_out + o];
    }
  expect_near<T>(l.y, y, tolerance, "y");
  expect_near<T>(l.grad_x, gx, tolerance, "grad_x");
  expect_near<T>(l.grad_w, gw, tolerance, "grad_weight");
  expect_near<T>(l.grad_b, gb, tolerance, "grad_bias");
}

TEST(LinearKernels, EqualTheDefinitionForAnyWidth) {
  for (const auto [n, c_in, c_out] : {std::array{1, 1, 1}, {5, 13, 64}, {700, 64, 64}, {513, 128, 20},
                                      {4097, 33, 7}, {64, 8, 4}}) {
    for (bool bias : {false, true}) {
      check<float>(n, c_in, c_out, bias, 2e-6);
      check<double>(n, c_in, c_out, bias, 1e-13);
    }
  }
}

TEST(LinearKernels, NoRowsGiveZeroGradients) {
  const Layer l = Layer::run<float>(0, 8, 3, true);
  for (float v : l.grad_w.span<float>()) EXPECT_EQ(v, 0);
  for (float v : l.grad_b.span<float>()) EXPECT_EQ(v, 0);
}

TEST(LinearKernels, ThreadsDoNotChangeABit) {
  const int before = num_threads();
  set_num_threads(1);
  const Layer one = Layer::run<float>(30000, 24, 40, true);
  set_num_threads(3);
  const Layer three = Layer::run<float>(30000, 24, 40, true);
  set_num_threads(before);
  for (auto member : {&Layer::y, &Layer::grad_x, &Layer::grad_w, &Layer::grad_b})
    EXPECT_EQ(std::memcmp((one.*member).raw(), (three.*member).raw(), (one.*member).bytes()), 0);
}

TEST(LinearKernels, ARowDependsOnItselfAlone) {
  for (const auto [c_in, c_out] : {std::array{13, 16}, {64, 128}, {128, 20}, {7, 3}}) {
    const int n = 1100;
    const Layer all = Layer::run<float>(n, c_in, c_out, true);
    for (const auto [begin, end] : {std::array{0, 1}, {5, 12}, {511, 1030}, {1099, 1100}}) {
      Tensor y = Tensor::empty({end - begin, c_out});
      const Tensor x = all.x.rows(begin, end);
      cpu_kernels().linear.forward({.dtype = DType::f32,
                                    .x = x.raw(),
                                    .weight = all.w.raw(),
                                    .bias = all.b.raw(),
                                    .y = y.raw(),
                                    .n = end - begin,
                                    .c_in = c_in,
                                    .c_out = c_out});
      EXPECT_EQ(std::memcmp(y.raw(), all.y.rows(begin, end).raw(), y.bytes()), 0)
          << c_in << " -> " << c_out << ", rows " << begin << " to " << end;
    }
  }
}

}  // namespace
}  // namespace lsk3d
