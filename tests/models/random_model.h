// SPDX-License-Identifier: MIT
// A small network in a state as after training, and points for it.
#pragma once
#include <memory>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/models/lsk3dnet.h"
#include "support/random_tensor.h"

namespace lsk3d::testing_support {

inline ModelSettings small_settings(int channels, int inner_channels = 0,
                                    const std::string& conv = "full") {
  ModelSettings s;
  s.channels = channels, s.inner_channels = inner_channels;
  s.kernel = KernelSize::cube(3);
  s.conv = conv;
  s.shared_partition = {0, 1, 3};
  s.scales = {2, 4};
  return s;
}

inline VoxelSettings small_volume() { return {{-10, -10, -4}, {10, 10, 2}, {40, 40, 12}}; }

inline PointBatch random_batch(std::uint64_t seed, std::int64_t n = 300) {
  PointBatch batch;
  batch.points = random_tensor({n, 4}, seed, DType::f32, -3.9, 1.9);
  batch.normals = random_tensor({n, 3}, seed + 1, DType::f32);
  batch.batch_index = Tensor::zeros({n}, DType::i32);
  return batch;
}

/// In evaluation mode; norms and running statistics are random too.
inline std::unique_ptr<Lsk3dNet> random_model(const ModelSettings& settings, std::uint64_t seed) {
  auto model = std::make_unique<Lsk3dNet>(settings, small_volume(), seed);
  std::uint64_t i = 0;
  for (Parameter* p : model->parameters())
    if (p->value().rank() == 1)
      p->value().copy_from(random_tensor(p->value().shape(), 1000 * seed + ++i, DType::f32));
  for (Buffer* b : model->buffers())
    b->value.copy_from(random_tensor(b->value.shape(), 1000 * seed + ++i, DType::f32, 0.2, 2));
  for (Parameter* p : model->parameters())  // else the shortcuts drown the large convs
    if (p->value().rank() >= 4)
      for (float& w : p->value().span<float>()) w *= 10;
  model->train(false);
  return model;
}

inline Tensor logits(Lsk3dNet& model, const PointBatch& batch) {
  NoGrad no_grad;
  return model.forward(batch, model.build_pyramid(batch)).value();
}

}  // namespace lsk3d::testing_support
