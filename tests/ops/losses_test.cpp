// SPDX-License-Identifier: MIT
// The losses against their definitions, written down a second time without any care for speed.
#include "lsk3d/ops/losses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/expect_throw.h"
#include "support/random_tensor.h"

namespace lsk3d {
namespace {

using testing_support::random_indices;
using testing_support::random_tensor;

Tensor labels_of(std::vector<std::int32_t> labels) {
  const auto n = static_cast<std::int64_t>(labels.size());
  return Tensor::from(labels, {n});
}

std::vector<long double> softmax(const double* x, std::int64_t classes) {
  std::vector<long double> p(static_cast<std::size_t>(classes));
  long double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) sum += p[c] = std::exp(static_cast<long double>(x[c]));
  for (auto& v : p) v /= sum;
  return p;
}

double naive_cross_entropy(const Tensor& logits, const Tensor& labels, const Tensor& weights,
                           double smoothing, int ignore) {
  const std::int64_t classes = logits.dim(1);
  const double* w = weights.data<double>();
  long double own = 0, all = 0, total = 0;
  for (std::int64_t i = 0; i < logits.dim(0); ++i) {
    const int y = labels.data<std::int32_t>()[i];
    if (y == ignore) continue;
    const auto p = softmax(logits.data<double>() + i * classes, classes);
    total += w[y];
    own += w[y] * -std::log(p[y]);
    for (std::int64_t c = 0; c < classes; ++c) all += w[c] * -std::log(p[c]);
  }
  return static_cast<double>(((1 - smoothing) * own + smoothing / classes * all) / total);
}

/// Jaccard loss of class c for a set of mispredicted rows: equation 5 of the paper.
double jaccard_loss(const std::vector<bool>& own, const std::vector<bool>& mispredicted) {
  double both = 0, either = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const bool predicted = own[i] != mispredicted[i];
    both += own[i] && predicted;
    either += own[i] || predicted;
  }
  return either == 0 ? 0 : 1 - both / either;
}

/// Lovász extension: Σ m_(i) (Δ({1…i}) − Δ({1…i−1})) over errors in descending order (definition
/// 2).
double naive_lovasz(const Tensor& logits, const Tensor& labels, int ignore) {
  const std::int64_t classes = logits.dim(1);
  std::vector<std::vector<long double>> probabilities;
  std::vector<int> truth;
  for (std::int64_t i = 0; i < logits.dim(0); ++i) {
    if (labels.data<std::int32_t>()[i] == ignore) continue;
    truth.push_back(labels.data<std::int32_t>()[i]);
    probabilities.push_back(softmax(logits.data<double>() + i * classes, classes));
  }
  double sum = 0;
  int present = 0;
  for (int c = 0; c < classes; ++c) {
    std::vector<bool> own, wrong(truth.size(), false);
    std::vector<std::pair<double, std::size_t>> errors;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      own.push_back(truth[i] == c);
      const double p = static_cast<double>(probabilities[i][c]);
      errors.emplace_back(own[i] ? 1 - p : p, i);
    }
    if (std::count(own.begin(), own.end(), true) == 0) continue;
    ++present;
    std::sort(errors.rbegin(), errors.rend());
    double before = 0;
    for (const auto& [error, i] : errors) {
      wrong[i] = true;
      const double after = jaccard_loss(own, wrong);
      sum += error * (after - before);
      before = after;
    }
  }
  return present ? sum / present : 0;
}

TEST(CrossEntropy, OfTwoRowsByHand) {
  // Row 0: p = (3/4, 1/4), label 0, weight 2. Row 1: p = (1/2, 1/2), label 1, weight 1.
  const Tensor logits = Tensor::from<double>({std::log(3.0), 0, 5, 5}, {2, 2});
  const Tensor weights = Tensor::from<double>({2, 1}, {2});
  const auto r = cross_entropy_forward(logits, labels_of({0, 1}), weights, 0, -1, true);
  EXPECT_NEAR(r.loss.item(), (2 * std::log(4.0 / 3) + std::log(2.0)) / 3, 1e-15);
  const double* g = r.grad_logits.data<double>();
  EXPECT_NEAR(g[0], 2 * (0.75 - 1) / 3, 1e-15);
  EXPECT_NEAR(g[1], 2 * 0.25 / 3, 1e-15);
  EXPECT_NEAR(g[2], 0.5 / 3, 1e-15);
  EXPECT_NEAR(g[3], -0.5 / 3, 1e-15);
}

TEST(CrossEntropy, MatchesItsDefinition) {
  const Tensor logits = random_tensor({300, 7}, 1, DType::f64, -4, 4);
  const Tensor labels = random_indices(300, 7, 2);
  const Tensor weights = random_tensor({7}, 3, DType::f64, 0.1, 9);
  for (double smoothing : {0.0, 0.2, 1.0})
    for (int ignore : {-1, 0, 3, 255}) {
      const double wanted = naive_cross_entropy(logits, labels, weights, smoothing, ignore);
      EXPECT_NEAR(
          cross_entropy_forward(logits, labels, weights, smoothing, ignore, false).loss.item(),
          wanted, 1e-13 * wanted);
      EXPECT_NEAR(cross_entropy_forward(logits.to(DType::f32), labels, weights.to(DType::f32),
                                        smoothing, ignore, false)
                      .loss.item(),
                  wanted, 1e-6 * wanted);
    }
}

TEST(CrossEntropy, TakesLabelsOutsideTheClassesWhereTheyAreIgnored) {
  const Tensor logits = random_tensor({3, 2}, 1);
  const Tensor weights = Tensor::full({2}, 1, DType::f64);
  const auto all = cross_entropy_forward(logits, labels_of({1, 255, 0}), weights, 0, 255, true);
  EXPECT_EQ(all.grad_logits.data<double>()[2], 0);
  EXPECT_EQ(all.grad_logits.data<double>()[3], 0);
}

TEST(CrossEntropy, IsFiniteForLargeLogits) {
  const Tensor logits = Tensor::from<float>({1e30f, -1e30f, -3e38f, 3e38f}, {2, 2});
  const auto r =
      cross_entropy_forward(logits, labels_of({0, 1}), Tensor::full({2}, 1), 0, -1, true);
  EXPECT_EQ(r.loss.item(), 0);
  for (float g : r.grad_logits.span<float>()) EXPECT_EQ(g, 0);
}

TEST(Losses, ArePropagatedWhereLogitsAreNotNumbers) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t at : {0, 1, 2}) {
    std::vector<float> values{1, 2, 3, 1, 2, 3};
    values[at] = nan;
    const Tensor logits = Tensor::from(values, {2, 3}), weights = Tensor::full({3}, 1);
    const Tensor labels = labels_of({1, 2});
    EXPECT_TRUE(
        std::isnan(cross_entropy_forward(logits, labels, weights, 0.2, 0, true).loss.item()));
    EXPECT_TRUE(std::isnan(lovasz_softmax_forward(logits, labels, 0, true).loss.item()));
  }
}

TEST(LovaszSoftmax, OfTwoRowsByHand) {
  // p(class 1) = 1/4 and 3/5; labels 1 and 0; only class 1 and 0 present.
  const Tensor logits =
      Tensor::from<double>({std::log(3.0), 0, std::log(2.0), std::log(3.0)}, {2, 2});
  // Class 1: errors 3/4 (own), 3/5 (other): jaccard 1 after the first. Loss 3/4.
  // Class 0: errors 3/5 (row 1, own), 3/4 (row 0, other), sorted 3/4: jaccard 1/2, then 1.
  const double wanted = (0.75 + (0.75 * 0.5 + 0.6 * 0.5)) / 2;
  const auto r = lovasz_softmax_forward(logits, labels_of({1, 0}), -1, true);
  EXPECT_NEAR(r.loss.item(), wanted, 1e-15);
  // d loss / d p1 of row 0: class 1 −1, class 0 +1/2, over 2 classes; p0 p1 = 3/16.
  EXPECT_NEAR(r.grad_logits.data<double>()[1], 3.0 / 16 * (-1 - 0.5) / 2, 1e-15);
  EXPECT_NEAR(r.grad_logits.data<double>()[0], 3.0 / 16 * (1 + 0.5) / 2, 1e-15);
}

TEST(LovaszSoftmax, MatchesItsDefinition) {
  const Tensor logits = random_tensor({80, 6}, 1, DType::f64, -4, 4);
  const Tensor labels = random_indices(80, 5, 2);  // class 5 is absent
  for (int ignore : {-1, 0, 3}) {
    const double wanted = naive_lovasz(logits, labels, ignore);
    EXPECT_NEAR(lovasz_softmax_forward(logits, labels, ignore, false).loss.item(), wanted, 1e-13);
    EXPECT_NEAR(lovasz_softmax_forward(logits.to(DType::f32), labels, ignore, false).loss.item(),
                wanted, 1e-6);
  }
}

TEST(LovaszSoftmax, IsZeroForAPerfectPrediction) {
  const Tensor logits = Tensor::from<float>({200, 0, 0, 0, 200, 0}, {2, 3});
  EXPECT_EQ(lovasz_softmax_forward(logits, labels_of({0, 1}), -1, true).loss.item(), 0);
}

TEST(Losses, AreZeroWhereNothingCounts) {
  for (std::int64_t n : {0, 2}) {
    const Tensor logits = random_tensor({n, 3}, 1), weights = Tensor::full({3}, 1, DType::f64);
    const Tensor labels = Tensor::zeros({n}, DType::i32);
    for (const auto& r : {cross_entropy_forward(logits, labels, weights, 0.2, 0, true),
                          lovasz_softmax_forward(logits, labels, 0, true)}) {
      EXPECT_EQ(r.loss.item(), 0);
      EXPECT_EQ(r.grad_logits.shape(), logits.shape());
      for (double g : r.grad_logits.span<double>()) EXPECT_EQ(g, 0);
    }
  }
}

TEST(Losses, ScaleTheirGradient) {
  const LossResult forward{.loss = Tensor::full({}, 1),
                           .grad_logits = Tensor::from<float>({1, -2}, {1, 2})};
  const Tensor g = loss_backward(Tensor::full({}, 3), forward);
  EXPECT_EQ(g.data<float>()[0], 3);
  EXPECT_EQ(g.data<float>()[1], -6);
}

TEST(Losses, RefuseArgumentsThatDoNotFit) {
  const Tensor logits = Tensor::zeros({2, 3}), weights = Tensor::full({3}, 1);
  const auto entropy = [&](const Tensor& x, const Tensor& labels, const Tensor& w, double s = 0) {
    cross_entropy_forward(x, labels, w, s, 0, false);
  };
  const Tensor labels = labels_of({1, 2});
  LSK3D_EXPECT_THROW(entropy(Tensor::zeros({2}), labels, weights), UsageError, "cross_entropy",
                     "logits", "[2]");
  LSK3D_EXPECT_THROW(entropy(Tensor::zeros({2, 0}), labels, weights), UsageError, "logits");
  LSK3D_EXPECT_THROW(entropy(logits, labels_of({1}), weights), UsageError, "labels", "[1]");
  LSK3D_EXPECT_THROW(entropy(logits, Tensor::zeros({2}), weights), UsageError, "labels", "f32");
  LSK3D_EXPECT_THROW(entropy(logits, labels_of({1, 3}), weights), UsageError, "labels", "found 3",
                     "row 1");
  LSK3D_EXPECT_THROW(entropy(logits, labels_of({-7, 1}), weights), UsageError, "labels", "-7");
  LSK3D_EXPECT_THROW(entropy(logits, labels, Tensor::full({2}, 1)), UsageError, "class_weights");
  LSK3D_EXPECT_THROW(entropy(logits, labels, weights, 1.5), UsageError, "label_smoothing", "1.5");
  LSK3D_EXPECT_THROW(entropy(logits, labels, weights, NAN), UsageError, "label_smoothing");
  LSK3D_EXPECT_THROW(lovasz_softmax_forward(logits, labels_of({1, 3}), 0, false), UsageError,
                     "lovasz_softmax", "labels");
}

}  // namespace
}  // namespace lsk3d
