// SPDX-License-Identifier: MIT
#include "lsk3d/autograd/gradient_check.h"

#include <algorithm>
#include <cmath>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

using Function = std::function<Variable(const std::vector<Variable>&)>;

double dot(const Tensor& a, const Tensor& b) {
  const Tensor host_a = a.to(Device::cpu()), host_b = b.to(Device::cpu());
  const auto x = host_a.span<double>(), y = host_b.span<double>();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

double norm(const Tensor& t) { return std::sqrt(dot(t, t)); }

Tensor random_like(const Tensor& t) {
  Rng rng(20240315);
  Tensor r = Tensor::empty(t.shape(), DType::f64);
  for (double& v : r.span<double>()) v = 2 * rng.uniform64() - 1;
  return r.to(t.device());
}

/// Central differences of Σ r ⊙ f in each element of the input that `inputs` holds at `index`.
Tensor numeric_gradient(const Function& f, const std::vector<Variable>& inputs, std::size_t index,
                        const Tensor& r, double step) {
  Tensor& input = inputs[index].value();
  Tensor host = input.to(Device::cpu());  // the input itself where it is there
  const auto value_with = [&](std::int64_t i, double value) {
    host.data<double>()[i] = value;
    if (!input.device().is_cpu()) input.copy_from(host);
    return dot(r, f(inputs).value());
  };
  Tensor gradient = Tensor::empty(input.shape(), DType::f64);
  for (std::int64_t i = 0; i < input.numel(); ++i) {
    const double before = host.data<double>()[i];
    const double above = value_with(i, before + step), below = value_with(i, before - step);
    host.data<double>()[i] = before;
    gradient.data<double>()[i] = (above - below) / (2 * step);
  }
  if (!input.device().is_cpu()) input.copy_from(host);
  return gradient;
}

}  // namespace

GradientCheck check_gradients(const Function& f, const std::vector<Tensor>& inputs,
                              double tolerance, double step) {
  std::vector<Variable> variables;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    LSK3D_CHECK(inputs[i].defined() && inputs[i].dtype() == DType::f64, UsageError,
                "check_gradients: input ", i, ": expected f64; convert it with to(DType::f64)");
    variables.emplace_back(inputs[i].clone(), true);
  }
  Tensor r;
  {
    Tape tape;
    const Variable y = f(variables);
    r = random_like(y.value());
    tape.backward(y, r);
  }
  NoGrad no_grad;
  std::vector<Tensor> numeric;
  double whole = 0;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    numeric.push_back(numeric_gradient(f, variables, i, r, step));
    whole = std::max(whole, norm(numeric.back()));
  }
  GradientCheck result{.ok = true, .worst = 0, .message = ""};
  for (std::size_t i = 0; i < variables.size(); ++i) {
    Tensor analytic = variables[i].grad().to(Device::cpu());
    if (!analytic.defined()) analytic = Tensor::zeros(inputs[i].shape(), DType::f64);
    // A gradient that is 0 by nature is measured by the others, else it would be noise over noise.
    const double scale = std::max({norm(numeric[i]), 1e-3 * whole, 1e-12});
    for (std::int64_t k = 0; k < analytic.numel(); ++k) {
      const double a = analytic.data<double>()[k], n = numeric[i].data<double>()[k];
      const double error = std::abs(a - n) / scale;
      if (error <= result.worst) continue;  // lets NaN through
      result.worst = error;
      if (error <= tolerance) continue;
      result.ok = false;
      result.message =
          str_cat("input ", i, ", element ", k, " of ", to_string(inputs[i].shape()), ": analytic ",
                  a, ", numeric ", n, ", ", error, " of the gradient's norm");
      if (std::isnan(error)) return result;
    }
  }
  return result;
}

}  // namespace lsk3d
