// SPDX-License-Identifier: MIT
#include "splits.h"

#include <map>

#include "lsk3d/core/check.h"
#include "lsk3d/data/sequence_names.h"

namespace lsk3d::cli {

std::vector<std::string> sequences_of(const DataSettings& data, const std::string& split) {
  if (split == "train") return data.train;
  if (split == "valid") return data.valid;
  if (split == "test") return data.test;
  throw UsageError(str_cat("--split: expected train, valid or test, found '", split, "'"));
}

std::vector<std::string> chosen_sequences(const std::string& option, const DataSettings& data,
                                          const std::string& split) {
  return option.empty() ? sequences_of(data, split) : parse_sequence_names(option, "--sequences");
}

void require_sequences(const std::string& option, const SemanticKittiDataset& dataset) {
  if (option.empty()) return;
  const std::vector<std::string> found = dataset.sequences();
  std::map<std::string, std::string> name_of;
  for (const std::string& name : parse_sequence_names(option, "--sequences")) {
    const std::string folder = find_sequence(name, found);
    if (folder.empty()) {
      std::string list;
      for (const std::string& other : found) list += (list.empty() ? "" : ", ") + other;
      throw DataError(str_cat("--sequences ", option, ": expected scans of sequence ", name,
                              ", found those of ", list, " alone; leave it out or add its scans"));
    }
    const auto [other, is_new] = name_of.emplace(folder, name);
    LSK3D_CHECK(is_new, UsageError, "--sequences ", option, ": '", other->second, "' and '", name,
                "' are one sequence, ", folder, "; name it once");
  }
}

}  // namespace lsk3d::cli
