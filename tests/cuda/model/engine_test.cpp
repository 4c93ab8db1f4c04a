// SPDX-License-Identifier: MIT
// A run as users start it: train, evaluate, predict, and the files that are left.
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/evaluator.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/engine/trainer.h"
#include "parity.h"
#include "support/tiny_dataset.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::distance;
using testing_support::read_bytes;
using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::tiny_scan;
using testing_support::TinyScan;
using testing_support::write_bytes;

const Device kGpu = Device::cuda(0);
constexpr int kPoints = 150;

class Losses : public TrainObserver {
 public:
  void on_step(const StepReport& report) override { losses.push_back(report.loss); }
  void on_sds_update(std::int64_t, const SdsUpdate&) override { ++updates; }
  void on_channels_cut(std::int64_t, const ModelSettings&) override { ++cuts; }
  std::vector<double> losses;
  int updates = 0, cuts = 0;
};

class CudaEngine : public ::testing::Test {
 protected:
  CudaEngine() : folder_("cuda_engine") {
    testing_support::write_tiny_dataset(folder_ / "data", {{0, 3}, {8, 1}}, kPoints);
  }

  Losses run(const std::string& name, Device device, bool resume = false,
             std::size_t stop_after = 99) {
    Losses observer;
    TrainOptions options;
    options.data_dir = folder_ / "data";
    options.run_dir = folder_ / name;
    options.device = device;
    options.resume = resume;
    options.should_stop = [&] { return observer.losses.size() >= stop_after; };
    // Channels go after the third step of six, masks change after the second and fourth.
    train(load_config(tiny_config_path(),
                      {"sds.update_every=2", "cws.enabled=true", "cws.width_factor=1.5",
                       "cws.start=0.5", "cws.stop=0.5", "cws.steps=1"}),
          options, observer);
    return observer;
  }

  std::string model(const std::string& name) const {
    return folder_ / (name + "/last.safetensors");
  }

  LabelledScan scan() const {
    const TinyScan tiny = tiny_scan(77, kPoints);
    write_bytes(folder_ / "scan.bin", tiny.points.data(), tiny.points.size() * sizeof(float));
    LabelledScan scan;
    scan.scan = read_scan(folder_ / "scan.bin");
    return scan;
  }

  ScratchFolder folder_;
};

TEST_F(CudaEngine, TrainsAsTheCpuDoesAndResumesBitForBit) {
  const Losses wanted = run("cpu", Device::cpu()), found = run("gpu", kGpu);
  ASSERT_EQ(found.losses.size(), 6u);
  EXPECT_EQ(found.updates, wanted.updates);
  EXPECT_EQ(found.cuts, 1);
  // Adam's first steps turn rounding into steps of full size: what agrees is the course of the
  // loss.
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(found.losses[i] / wanted.losses[i], 1, i == 0 ? 1e-5 : 1e-2) << "step " << i + 1;

  reverse_order(true);
  run("again", kGpu, /*resume=*/false, /*stop_after=*/4);
  run("again", kGpu, /*resume=*/true);
  reverse_order(false);
  const TensorFile once = read_safetensors(model("gpu")), twice = read_safetensors(model("again"));
  ASSERT_EQ(once.tensors.size(), twice.tensors.size());
  for (const auto& [name, tensor] : once.tensors)
    EXPECT_TRUE(testing_support::same_bits(tensor, twice.at(name))) << name;

  // What the GPU left is a model file like any other.
  LoadedModel loaded = load_checkpoint(model("gpu"));
  EXPECT_TRUE(loaded.model->device().is_cpu());
  const ScanPrediction on_cpu = predict_scan(*loaded.model, scan(), {});
  loaded.model->to(kGpu);
  const ScanPrediction on_gpu = predict_scan(*loaded.model, scan(), {});
  EXPECT_LE(distance(on_gpu.logits, on_cpu.logits), 1e-5);
  EXPECT_TRUE(testing_support::same_bits(on_gpu.classes, on_cpu.classes));

  const SemanticKittiDataset valid(folder_ / "data", {"8"}, load_label_map("semantic_kitti"), DatasetOptions{});
  PredictSettings settings;
  settings.precision = Precision::bf16;
  const EvalResult in_bf16 = evaluate(*loaded.model, valid, settings, "api");
  EXPECT_GT(in_bf16.points, 0);
  loaded.model->to(Device::cpu());
  const EvalResult in_f32 = evaluate(*loaded.model, valid, {}, "api");
  EXPECT_NEAR(in_bf16.report.accuracy, in_f32.report.accuracy, 0.05);
}

}  // namespace
}  // namespace lsk3d::cuda_test
