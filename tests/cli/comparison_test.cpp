// SPDX-License-Identifier: MIT
// The comparison models by commands alone.
#include <gtest/gtest.h>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

TEST(CliComparison, EveryConfigurationLoads) {
  const std::string folder = std::string(LSK3D_SOURCE_DIR) + "/configs/comparison/";
  for (const std::string name : {"dense_k3", "dense_k5", "dense_k7", "dense_k9", "depthwise_k9",
                                 "largekernel3d_k9", "slak_k9"}) {
    const ProcessResult printed = lsk3d({"config", "print", folder + name + ".yaml"});
    ASSERT_TRUE(ok(printed)) << name;
    EXPECT_TRUE(contains(printed.out, "kernel_size: " + name.substr(name.size() - 1))) << name;
    const bool shared = name.starts_with("large"), dense = name.starts_with("dense");
    EXPECT_TRUE(contains(printed.out, std::string("conv: ") + (shared  ? "shared"
                                                               : dense ? "full"
                                                                       : "depthwise")))
        << name;
    EXPECT_TRUE(contains(printed.out, "grid: [2000, 2000, 120]")) << name;
  }
}

TEST(CliComparison, EveryKindIsTrainedJudgedExportedAndInspected) {
  const ScratchFolder folder("cli_comparison");
  const std::string data = folder / "data", scan = data + "/sequences/08/velodyne/000000.bin";
  write_tiny_dataset(data, {{0, 2}, {8, 1}});
  const std::vector<std::vector<std::string>> kinds{
      {"model.conv=depthwise", "sds.enabled=false"},
      {"model.conv=shared", "model.shared_partition=[0, 1, 3]", "sds.enabled=false"},
      {"model.conv=depthwise", "model.channels=10", "sds.partition=[0, 3]"}};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string run = folder / std::to_string(i), model = run + "/last.safetensors";
    std::vector<std::string> train{"train", "--config", tiny_config_path(), "--data", data,
                                   "--out", run};
    for (const std::string& set : kinds[i]) train.insert(train.end(), {"--set", set});
    ASSERT_TRUE(ok(lsk3d(train)));
    EXPECT_TRUE(ok(lsk3d({"eval", "--checkpoint", model, "--data", data})));
    const std::string out = run + "/exported.safetensors";
    ASSERT_TRUE(ok(lsk3d({"export", "--checkpoint", model, "--out", out})));
    for (const std::string& file : {model, out}) {
      EXPECT_TRUE(ok(lsk3d(
          {"predict", "--checkpoint", file, "--input", scan, "--output", run + "/labels.label"})));
      const ProcessResult seen = lsk3d({"inspect", file, "--scan", scan});
      EXPECT_TRUE(ok(seen));
      EXPECT_TRUE(contains(seen.out, i == 1 ? "3x3x3 shared" : "3x3x3 depthwise")) << seen.out;
    }
  }
}

TEST(CliComparison, WhatDoesNotGoTogetherIsExplained) {
  const auto train = [](const std::vector<std::string>& sets) {
    std::vector<std::string> words{"train",   "--config", tiny_config_path(), "--data",
                                   "nowhere", "--out",    "nowhere"};
    for (const std::string& set : sets) words.insert(words.end(), {"--set", set});
    return lsk3d(words);
  };
  EXPECT_TRUE(fails(train({"model.conv=shared"}), 2, {"model.shared_partition", "kernel size 3"}));
  EXPECT_TRUE(fails(train({"model.conv=shared", "model.shared_partition=[0, 1, 3]"}), 2,
                    {"sds.enabled", "model.conv"}));
  EXPECT_TRUE(fails(train({"model.conv=depthwise", "sds.granularity=2:4"}), 2,
                    {"sds.granularity", "element or offset", "2:4"}));
  EXPECT_TRUE(fails(train({"model.conv=separable"}), 2, {"model.conv", "depthwise"}));
}

}  // namespace
}  // namespace lsk3d::testing_support
