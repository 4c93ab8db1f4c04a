// SPDX-License-Identifier: MIT
#include "prediction_tally.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"

namespace lsk3d::cli {
namespace {

/// 3400000 -> "3 400 000"
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, " ");
  return text;
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  return text;
}

/// The classes that most points have, with their shares.
std::string largest(const std::vector<std::int64_t>& points,
                    const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::vector<std::size_t> classes;
  for (std::size_t c = 0; c < points.size(); ++c)
    if (points[c] > 0) classes.push_back(c);
  std::stable_sort(classes.begin(), classes.end(),
                   [&](std::size_t a, std::size_t b) { return points[a] > points[b]; });
  const auto all = static_cast<double>(std::accumulate(points.begin(), points.end(), 0LL));
  std::string list;
  for (std::size_t i = 0; i < classes.size() && i < kMost; ++i) {
    char share[32];
    std::snprintf(share, sizeof share, " %.0f %%",
                  100 * static_cast<double>(points[classes[i]]) / all);
    list += (i ? ", " : ": ") + names[classes[i]] + share;
  }
  return list + (classes.size() > kMost ? ", …" : "");
}

}  // namespace

PredictionTally::PredictionTally(const LabelMap& labels)
    : label_map_(labels.name),
      class_names_(labels.class_names),
      points_(labels.class_names.size(), 0) {}

void PredictionTally::labelled(const Tensor& classes) {
  ++labelled_;
  for (const std::int32_t c : classes.span<std::int32_t>()) ++points_[static_cast<std::size_t>(c)];
}

void PredictionTally::failed(const std::string& message) {
  ++failed_;
  log_error(message);
}

std::string PredictionTally::summary(const std::string& origin) const {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
  std::string others;
  if (there_already_ > 0) others += str_cat(there_already_, " more there already");
  if (failed_ > 0) others += str_cat(others.empty() ? "" : ", ", failed_, " failed");
  return str_cat(labelled_, labelled_ == 1 ? " scan" : " scans",
                 others.empty() ? "" : " (" + others + ")", ", ",
                 grouped(std::accumulate(points_.begin(), points_.end(), 0LL)), " points in ",
                 seconds_text(spent.count()), largest(points_, class_names_), " (label map ",
                 label_map_, origin, ")");
}

}  // namespace lsk3d::cli
