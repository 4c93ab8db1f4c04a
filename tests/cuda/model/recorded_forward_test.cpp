// SPDX-License-Identifier: MIT
// Forward passes that are recorded give the bits of those that are not.
#include "lsk3d/models/recorded_forward.h"

#include "lsk3d/autograd/tape.h"
#include "lsk3d/ops/precision.h"
#include "models/golden_model.h"
#include "parity.h"
#include "support/expect_throw.h"
#include "support/golden.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::same_bits;

const Device kGpu = Device::cuda(0);

class CudaRecordedForward : public ::testing::Test {
 protected:
  CudaRecordedForward()
      : golden_(testing_support::golden_path("syn_k5_h8/model.safetensors")),
        model_(golden_.model()) {
    model_->to(kGpu);
    model_->train(false);
  }

  /// The golden's points with other remissions and normals: voxels stay where they are.
  PointBatch points(std::uint64_t seed) const {
    PointBatch batch{golden_.batch.points.clone(), golden_.batch.normals.clone(),
                     golden_.batch.batch_index, golden_.batch.batch_size};
    const Tensor random = testing_support::random_tensor({batch.size(), 4}, seed, DType::f32);
    for (std::int64_t i = 0; i < batch.size(); ++i) {
      batch.points.data<float>()[i * 4 + 3] = random.data<float>()[i * 4];
      for (int a = 0; a < 3; ++a)
        batch.normals.data<float>()[i * 3 + a] = random.data<float>()[i * 4 + 1 + a];
    }
    return batch;
  }
  Tensor plain(const PointBatch& batch, const ScalePyramid& pyramid) {
    const NoGrad no_grad;
    return model_->forward(batch, pyramid).value().to(Device::cpu());
  }

  testing_support::GoldenModel golden_;
  std::unique_ptr<Lsk3dNet> model_;
};

TEST_F(CudaRecordedForward, GivesTheBitsOfAPlainOneForNewFeaturesAndWeights) {
  RecordedForward recorded(*model_);
  const ScalePyramid pyramid = model_->build_pyramid(golden_.batch);
  for (std::uint64_t call = 1; call <= 4; ++call) {
    const PointBatch batch = points(call);
    const Tensor found = recorded(batch, pyramid).to(Device::cpu());
    EXPECT_TRUE(same_bits(found, plain(batch, pyramid))) << "call " << call;
  }
  EXPECT_EQ(recorded.recordings(), 1);
  EXPECT_EQ(recorded.replays(), 3);
  const PointBatch batch = points(9);
  const Tensor before = plain(batch, pyramid);
  for (Parameter* p : model_->parameters())  // in place, as an optimizer does
    p->value().copy_from(
        testing_support::random_tensor(p->value().shape(), 5, DType::f32, -0.2, 0.2));
  const Tensor found = recorded(batch, pyramid).to(Device::cpu());
  EXPECT_EQ(recorded.recordings(), 1);
  EXPECT_FALSE(same_bits(found, before));
  EXPECT_TRUE(same_bits(found, plain(batch, pyramid)));
}

TEST_F(CudaRecordedForward, RecordsAgainForOtherTopologyPrecisionAndMasks) {
  RecordedForward recorded(*model_);
  const ScalePyramid whole = model_->build_pyramid(golden_.batch);
  const std::int64_t half = golden_.batch.size() / 2;
  const PointBatch fewer{golden_.batch.points.rows(0, half), golden_.batch.normals.rows(0, half),
                         golden_.batch.batch_index.rows(0, half), golden_.batch.batch_size};
  const ScalePyramid part = model_->build_pyramid(fewer);
  const auto expect_plain = [&](const PointBatch& batch, const ScalePyramid& pyramid) {
    for (int call = 0; call < 3; ++call)
      EXPECT_TRUE(same_bits(recorded(batch, pyramid).to(Device::cpu()), plain(batch, pyramid)));
  };
  expect_plain(golden_.batch, whole);
  expect_plain(fewer, part);
  EXPECT_EQ(recorded.recordings(), 2);
  {
    const PrecisionScope precision(Precision::bf16);
    expect_plain(fewer, part);
  }
  EXPECT_EQ(recorded.recordings(), 3);
  auto pattern = std::make_shared<WeightPattern>();
  pattern->offsets = {0, 3, 62};
  model_->sparse_parameters()[0]->pattern = pattern;
  expect_plain(fewer, part);
  EXPECT_EQ(recorded.recordings(), 4);
}

TEST_F(CudaRecordedForward, IsAPlainOneOnTheCpuAndRefusesTraining) {
  model_->to(Device::cpu());
  RecordedForward recorded(*model_);
  const ScalePyramid pyramid = model_->build_pyramid(golden_.batch);
  for (int call = 0; call < 3; ++call)
    EXPECT_TRUE(same_bits(recorded(golden_.batch, pyramid), plain(golden_.batch, pyramid)));
  EXPECT_EQ(recorded.recordings(), 0);
  LSK3D_EXPECT_THROW(recorded(golden_.batch, {}), UsageError, "without levels");
  model_->train(true);
  LSK3D_EXPECT_THROW(recorded(golden_.batch, pyramid), UsageError, "training mode");
}

}  // namespace
}  // namespace lsk3d::cuda_test
