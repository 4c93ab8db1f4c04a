// SPDX-License-Identifier: MIT
// The command line with --device, on an emulated GPU.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/expect.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

/// What the emulated machine of the next processes is like.
class EmulatedMachine {
 public:
  EmulatedMachine(const char* variable, const char* value) : variable_(variable) {
    ::setenv(variable, value, 1);
  }
  ~EmulatedMachine() { ::unsetenv(variable_); }

 private:
  const char* variable_;
};

class CudaCli : public ::testing::Test {
 protected:
  CudaCli() : folder_("cuda_cli") { write_tiny_dataset(folder_ / "data", {{0, 1}, {8, 1}}, 120); }

  ProcessResult train(const std::string& run, const std::string& device, int channels = 8,
                      const std::string& precision = "f32") {
    return lsk3d({"train", "--config", tiny_config_path(), "--data", folder_ / "data", "--out",
                  folder_ / run, "--set", "train.epochs=1", "--set",
                  "model.channels=" + std::to_string(channels), "--device", device, "--precision",
                  precision});
  }
  std::string model(const std::string& run) const { return folder_ / (run + "/last.safetensors"); }

  ScratchFolder folder_;
};

TEST_F(CudaCli, TrainsEvaluatesAndPredictsOnTheGpu) {
  const ProcessResult trained = train("gpu", "cuda");
  ASSERT_TRUE(ok(trained));
  EXPECT_TRUE(contains(trained.err, "computing on cuda:0")) << trained.err;
  std::vector<std::string> reports;
  for (const char* device : {"auto", "cpu"}) {
    const std::string report = folder_ / (std::string(device) + ".json");
    const ProcessResult result = lsk3d({"eval", "--checkpoint", model("gpu"), "--data",
                                        folder_ / "data", "--device", device, "--report", report});
    ASSERT_TRUE(ok(result));
    EXPECT_EQ(contains(result.err, "computing on cuda:0"), device == std::string("auto"));
    nlohmann::json json = nlohmann::json::parse(read_bytes(report));
    json.erase("ms_per_scan");
    reports.push_back(json.dump());
    ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", model("gpu"), "--input",
                          folder_ / "data/sequences/08/velodyne/000000.bin", "--output",
                          folder_ / (std::string(device) + ".label"), "--device", device})));
  }
  EXPECT_EQ(reports[0], reports[1]);
  EXPECT_EQ(read_bytes(folder_ / "auto.label"), read_bytes(folder_ / "cpu.label"));
}

TEST_F(CudaCli, BenchesConvsPrunedByCost) {
  const std::string report = folder_ / "report.json";
  ASSERT_TRUE(ok(lsk3d({"bench",
                        "conv",
                        "--device",
                        "cuda",
                        "--scan",
                        folder_ / "data/sequences/08/velodyne/000000.bin",
                        "--scale",
                        "16",
                        "--kernel",
                        "3",
                        "--channels",
                        "16",
                        "--op",
                        "forward",
                        "--sparsity",
                        "0.4",
                        "--granularity",
                        "offset",
                        "--cost-exponent",
                        "1",
                        "--runs",
                        "1",
                        "--json",
                        report})));
  const auto rows = nlohmann::json::parse(read_bytes(report)).at("rows");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].at("case"), "conv 40 % offset per pair");
}

TEST_F(CudaCli, TrainsInBf16OnTheGpuAloneAndRemembersIt) {
  EXPECT_TRUE(
      fails(train("cpu", "cpu", 8, "bf16"), 2, {"train.precision", "cpu", "--device cuda"}));
  ASSERT_TRUE(ok(train("gpu", "cuda", 8, "bf16")));
  EXPECT_TRUE(contains(read_bytes(folder_ / "gpu/config.yaml"), "precision: bf16"));
  ASSERT_TRUE(ok(train("f32", "cuda")));
  EXPECT_NE(read_bytes(model("gpu")), read_bytes(model("f32")));
  const ProcessResult resumed =
      lsk3d({"train", "--resume", "--data", folder_ / "data", "--out", folder_ / "gpu", "--set",
             "train.precision=f32", "--device", "cuda"});
  EXPECT_EQ(resumed.exit_code, 2);
  EXPECT_TRUE(contains(resumed.err, "train.precision: expected bf16"))
      << resumed.err;
}

TEST_F(CudaCli, WhereTheGpuIsNotWhatWasAskedForOneLineSaysSo) {
  EXPECT_TRUE(fails(train("a", "cuda:3"), 4, {"cuda:3", "1 GPU"}));
  EXPECT_TRUE(fails(train("b", "gpu"), 2, {"--device", "gpu"}));
  {
    const EmulatedMachine none("LSK3D_EMULATED_GPUS", "0");
    EXPECT_TRUE(fails(train("c", "cuda"), 4, {"cuda:0", "no GPU", "--device cpu"}));
    EXPECT_TRUE(ok(train("d", "auto")));
  }
  const EmulatedMachine small("LSK3D_EMULATED_GPU_MIB", "2");
  const ProcessResult full = train("e", "cuda", /*channels=*/64);
  EXPECT_EQ(full.exit_code, 4);
  EXPECT_TRUE(contains(full.err, "out of GPU memory: asked for")) << full.err;
  EXPECT_TRUE(contains(full.err, "of 2 MiB free")) << full.err;
  EXPECT_TRUE(contains(full.err, "lower train.batch_size")) << full.err;
}

}  // namespace
}  // namespace lsk3d::testing_support
