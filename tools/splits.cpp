// SPDX-License-Identifier: MIT
#include "splits.h"

#include "lsk3d/core/check.h"

namespace lsk3d::cli {

std::vector<std::string> sequences_of(const DataSettings& data, const std::string& split) {
  if (split == "train") return data.train;
  if (split == "valid") return data.valid;
  if (split == "test") return data.test;
  throw UsageError(str_cat("--split: expected train, valid or test, found '", split, "'"));
}

}  // namespace lsk3d::cli
