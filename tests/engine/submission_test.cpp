// SPDX-License-Identifier: MIT
#include "lsk3d/engine/submission.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lsk3d/core/error.h"
#include "lsk3d/data/benchmark_scans.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;

TEST(Submission, OneScanShortOfTheBenchmarkIsRefusedUnlessAskedFor) {
  const testing_support::ScratchFolder root("submission_short");
  std::vector<std::string> sequences;
  for (int number = kFirstTestSequence; number <= kLastTestSequence; ++number) {
    sequences.push_back(std::to_string(number));
    const std::string folder = root / ("sequences/" + sequences.back() + "/velodyne/");
    fs::create_directories(folder);
    for (std::int64_t i = number == 20 ? 1 : 0; i < benchmark_scans(sequences.back()); ++i)
      std::ofstream(folder + std::to_string(100000 + i) + ".bin");
  }
  const auto open = [&](bool incomplete) {
    const SemanticKittiDataset data(root.path(), sequences, load_label_map("semantic_kitti"),
                                    {false, false, {}});
    Submission(root / "up.zip", data, incomplete);
  };
  try {
    open(false);
    ADD_FAILURE() << "830 of 831 scans were taken";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("830 scans of 20 (831)"), std::string::npos)
        << error.what();
  }
  EXPECT_NO_THROW(open(true));
  std::ofstream(root / "sequences/20/velodyne/100000.bin");
  EXPECT_NO_THROW(open(false));
}

}  // namespace
}  // namespace lsk3d
