// SPDX-License-Identifier: MIT
#include "lsk3d/engine/submission.h"

#include <map>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/data/benchmark_scans.h"

namespace lsk3d {
namespace {

void append(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

void check_name(const std::string& path) {
  LSK3D_CHECK(path.ends_with(".zip"), UsageError, "--submission ", path,
              ": expected a name that ends in .zip, which the benchmark's server insists on");
}

void check_ids(const LabelMap& labels) {
  const LabelMap known = load_label_map("semantic_kitti");
  for (const std::int32_t raw : labels.to_raw)
    LSK3D_CHECK(known.to_class.contains(raw), UsageError, "--submission: label map '", labels.name,
                "' writes the id ", raw,
                ", which the benchmark does not know; expected ids of SemanticKITTI");
}

void check_sequences(const SemanticKittiDataset& dataset, bool incomplete) {
  std::map<std::string, std::int64_t> scans;
  for (const auto& entry : dataset.entries()) ++scans[entry.sequence];
  std::string missing, other;
  bool any = false;
  for (int number = kFirstTestSequence; number <= kLastTestSequence; ++number) {
    const std::string sequence = std::to_string(number);
    const auto found = scans.find(sequence);
    any = any || found != scans.end();
    if (found == scans.end()) append(missing, sequence);
    else if (found->second != benchmark_scans(sequence))
      append(other, str_cat(found->second, " scans of ", sequence, " (", benchmark_scans(sequence), ")"));
  }
  if (!any) {  // another split, to look at: nobody takes it for a submission
    log_warning(str_cat("the archive holds none of the benchmark's test sequences, ",
                        kFirstTestSequence, " to ", kLastTestSequence, ": its server will refuse it"));
    return;
  }
  const std::string lacks = str_cat("the submission lacks sequences ", missing,
                                    " of the benchmark's ", kFirstTestSequence, " to ",
                                    kLastTestSequence, ", and its server will refuse it");
  LSK3D_CHECK(missing.empty() || incomplete, DataError, "--submission: ", lacks,
              "; add their scans, or --incomplete-submission to write it all the same");
  if (!missing.empty()) log_warning(lacks);
  if (other.empty()) return;
  const std::string differs =
      "the submission has another number of scans than the benchmark, whose server will refuse it: " +
      other;
  // With most of the benchmark's scans the data set is the benchmark's, and some got lost.
  const bool cut_short = 2 * static_cast<std::int64_t>(dataset.size()) > kBenchmarkTestScans;
  LSK3D_CHECK(!cut_short || incomplete, DataError, "--submission: ", differs,
              "; complete them, or --incomplete-submission to write it all the same");
  log_warning(differs);
}

}  // namespace

Submission::Submission(const std::string& path, const SemanticKittiDataset& dataset,
                       bool incomplete)
    : path_(path), incomplete_(incomplete), scans_(dataset.size()) {
  check_name(path);
  check_ids(dataset.labels());
  check_sequences(dataset, incomplete);
  zip_ = std::make_unique<ZipWriter>(path);
  for (const std::string& sequence : dataset.sequences())
    zip_->add_directory(str_cat("sequences/", sequence, "/predictions"));
}

void Submission::add(const SemanticKittiDataset::Entry& entry, const Tensor& raw) {
  zip_->add(str_cat("sequences/", entry.sequence, "/predictions/", entry.name, ".label"),
            {static_cast<const std::byte*>(raw.raw()), raw.bytes()});
  ++added_;
}

void Submission::finish() {
  LSK3D_CHECK(added_ == scans_ || incomplete_, DataError, path_, ": not written: ", scans_ - added_,
              " of ", scans_,
              " scans have no prediction, and the benchmark's server refuses an incomplete "
              "submission; mend them, or add --incomplete-submission to write it all the same");
  zip_->finish();
}

}  // namespace lsk3d
