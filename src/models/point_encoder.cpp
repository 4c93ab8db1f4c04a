// SPDX-License-Identifier: MIT
#include "point_encoder.h"

#include "lsk3d/autograd/functions.h"
#include "point_features.h"
#include "row_parts.h"

namespace lsk3d {
namespace {

constexpr double kRelu = 0.0;

}  // namespace

PointEncoder::PointEncoder(int channels)
    : norm_in_(kPointFeatures),
      linear_0_(kPointFeatures, channels),
      norm_0_(channels),
      linear_1_(channels, channels),
      norm_1_(channels),
      linear_2_(channels, channels) {
  add_child("PPmodel.0", norm_in_);
  add_child("PPmodel.1", linear_0_);
  add_child("PPmodel.2", norm_0_);
  add_child("PPmodel.4", linear_1_);
  add_child("PPmodel.5", norm_1_);
  add_child("PPmodel.7", linear_2_);
}

Variable PointEncoder::operator()(const Variable& x, const Segments& points) {
  const auto encoded = [&](const Variable& rows) {
    const Variable h = norm_0_(linear_0_(norm_in_(rows)), kRelu);
    return norm_1_(linear_1_(h), kRelu);
  };
  const Variable h = may_run_in_parts(*this)
                         ? in_parts(x.dim(0), x.value().device(),
                                    [&](std::int64_t begin, std::int64_t end) {
                                      return encoded(Variable(x.value().rows(begin, end)));
                                    })
                         : encoded(x);
  // The paper averages after the last layer; that layer is linear, so averaging first is the same.
  return linear_2_(segment_mean(h, points));
}

}  // namespace lsk3d
