// SPDX-License-Identifier: MIT
#include "lsk3d/metrics/confusion_matrix.h"

#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"

namespace lsk3d {

ConfusionMatrix::ConfusionMatrix(int classes) : classes_(classes) {
  LSK3D_ASSERT(classes >= 1 && classes <= 1 << 14, "a confusion matrix of ", classes, " classes");
  const auto n = static_cast<std::size_t>(classes);
  counts_.assign(n * n, 0);
}

void ConfusionMatrix::add(std::span<const std::int32_t> labels,
                          std::span<const std::int32_t> predictions) {
  LSK3D_ASSERT(labels.size() == predictions.size(), labels.size(), " labels, ", predictions.size(),
               " predictions");
  const auto n = static_cast<std::uint32_t>(classes_);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::uint32_t>(labels[i]);
    const auto prediction = static_cast<std::uint32_t>(predictions[i]);
    LSK3D_ASSERT(label < n && prediction < n, "label ", labels[i], ", prediction ", predictions[i],
                 " at point ", i, " of ", classes_, " classes");
    ++counts_[std::size_t{label} * n + prediction];
  }
}

std::int64_t ConfusionMatrix::at(int label, int prediction) const {
  LSK3D_ASSERT(label >= 0 && label < classes_ && prediction >= 0 && prediction < classes_, "label ",
               label, ", prediction ", prediction, " of ", classes_, " classes");
  return counts_[static_cast<std::size_t>(label) * static_cast<std::size_t>(classes_) +
                 static_cast<std::size_t>(prediction)];
}

namespace {

double ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

struct ClassCounts {
  std::int64_t hits = 0;
  std::int64_t labelled = 0;   // points of this label that the protocol counts
  std::int64_t predicted = 0;  // labelled points predicted as this class
  std::int64_t in_labels = 0;  // points of this label, whatever was predicted
};

ClassCounts count_class(const ConfusionMatrix& matrix, int c, bool drop_unlabelled) {
  ClassCounts counts;
  counts.hits = matrix.at(c, c);
  for (int other = 0; other < matrix.classes(); ++other) {
    counts.in_labels += matrix.at(c, other);
    if (other > 0) counts.predicted += matrix.at(other, c);
  }
  counts.labelled = counts.in_labels - (drop_unlabelled ? matrix.at(c, 0) : 0);
  return counts;
}

}  // namespace

IouReport iou_report(const ConfusionMatrix& matrix, const std::string& protocol) {
  LSK3D_CHECK(protocol == "api" || protocol == "lsk3dnet", UsageError,
              "--protocol: expected api or lsk3dnet, found '", protocol, "'",
              did_you_mean(protocol, {"api", "lsk3dnet"}));
  const bool drop_unlabelled = protocol == "lsk3dnet";
  const int classes = matrix.classes();
  IouReport report;
  report.iou.assign(static_cast<std::size_t>(classes), 0.0);
  report.present.assign(static_cast<std::size_t>(classes), false);
  std::int64_t hits = 0;
  double sum = 0, sum_present = 0;
  int occurring = 0, present = 0;
  for (int c = 1; c < classes; ++c) {
    const ClassCounts counts = count_class(matrix, c, drop_unlabelled);
    const std::int64_t united = counts.labelled + counts.predicted - counts.hits;
    const double iou = ratio(counts.hits, united);
    report.iou[static_cast<std::size_t>(c)] = iou;
    report.present[static_cast<std::size_t>(c)] = counts.in_labels > 0;
    hits += counts.hits;
    report.points += counts.labelled;
    sum += iou;
    if (united > 0) ++occurring;
    if (counts.in_labels > 0) {
      ++present;
      sum_present += iou;
    }
  }
  const int averaged = drop_unlabelled ? occurring : classes - 1;
  report.miou = averaged > 0 ? sum / averaged : 0;
  report.miou_present = present > 0 ? sum_present / present : 0;
  report.accuracy = ratio(hits, report.points);
  return report;
}

}  // namespace lsk3d
