// SPDX-License-Identifier: MIT
#include "lsk3d/models/recorded_forward.h"

#include <vector>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/recording.h"
#include "lsk3d/ops/precision.h"

namespace lsk3d {
namespace {

bool same_topology(const ScalePyramid& a, const ScalePyramid& b) {
  if (a.levels.size() != b.levels.size()) return false;
  for (std::size_t i = 0; i < a.levels.size(); ++i)
    if (!a.levels[i].map.same_as(b.levels[i].map) ||
        !a.levels[i].points.index.same_memory(b.levels[i].points.index))
      return false;
  return true;
}

/// What a recording has taken for granted of the model: where its state lies, and its masks.
std::vector<const void*> places_of(Lsk3dNet& model) {
  std::vector<const void*> places;
  for (const Parameter* p : model.parameters()) {
    places.push_back(p->value().raw());
    places.push_back(p->pattern.get());
  }
  for (const Buffer* b : model.buffers()) places.push_back(b->value.raw());
  return places;
}

}  // namespace

struct RecordedForward::State {
  explicit State(Lsk3dNet& model_) : model(model_) {}

  Lsk3dNet& model;
  Device device;
  std::unique_ptr<Recording> recording;
  ScalePyramid given, pyramid;  // the last topology, as given and on the device
  PointBatch batch;             // what the recording reads
  Tensor logits;                // what it writes
  std::vector<const void*> places;
  Precision precision = Precision::f32;
  bool recorded = false;  // of the last topology
  int recordings = 0, replays = 0;

  bool fits_recording(const PointBatch& now) const {
    return recorded && places == places_of(model) && precision == PrecisionScope::current() &&
           now.points.shape() == batch.points.shape();
  }
};

RecordedForward::RecordedForward(Lsk3dNet& model) : state_(std::make_unique<State>(model)) {}
RecordedForward::~RecordedForward() = default;
int RecordedForward::recordings() const { return state_->recordings; }
int RecordedForward::replays() const { return state_->replays; }

Tensor RecordedForward::operator()(const PointBatch& batch, const ScalePyramid& pyramid) {
  State& s = *state_;
  LSK3D_CHECK(!s.model.training(), UsageError,
              "recorded forward pass: expected a model in evaluation mode, found one in training "
              "mode; call train(false)");
  LSK3D_CHECK(!pyramid.levels.empty(), UsageError,
              "recorded forward pass: expected a pyramid, whose topology may come again, found one "
              "without levels; build it with build_pyramid");
  const NoGrad no_grad;
  const Device device = s.model.device();
  if (device.is_cpu()) return s.model.forward(batch, pyramid).value();
  if (!s.recording || s.device != device) s.recording = make_recording(device);
  const bool seen = s.device == device && same_topology(s.given, pyramid);
  s.device = device;
  if (!seen) {
    s.given = pyramid;
    s.pyramid = pyramid.to(device);
    s.recorded = false;
    return s.model.forward(batch, s.pyramid).value();
  }
  if (s.fits_recording(batch)) {
    s.batch.points.copy_from(batch.points);
    s.batch.normals.copy_from(batch.normals);
    s.batch.batch_index.copy_from(batch.batch_index);
  } else {
    s.recorded = false;
    const PointBatch there = batch.to(device);
    s.batch = {there.points.clone(), there.normals.clone(), there.batch_index.clone(),
               batch.batch_size};
    s.recording->record([&] { s.logits = s.model.forward(s.batch, s.pyramid).value(); });
    s.recorded = true;
    s.places = places_of(s.model);
    s.precision = PrecisionScope::current();
    ++s.recordings;
  }
  s.recording->replay();
  ++s.replays;
  return s.logits;
}

}  // namespace lsk3d
