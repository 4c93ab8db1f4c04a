// SPDX-License-Identifier: MIT
#include "lsk3d/models/release_layout.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "lsk3d/models/model_state.h"

namespace lsk3d {
namespace {

Tensor counted(Shape shape, DType dtype = DType::f32) {
  Tensor t = Tensor::empty(std::move(shape));
  std::iota(t.span<float>().begin(), t.span<float>().end(), 0.0f);
  return t.to(dtype);
}

float at(const Tensor& t, std::vector<std::int64_t> index) {
  std::int64_t flat = 0;
  for (std::size_t d = 0; d < index.size(); ++d)
    flat = flat * t.dim(static_cast<int>(d)) + index[d];
  return t.data<float>()[flat];
}

TEST(ReleaseLayout, ManyTapsAreStoredTapsFirst) {
  const Tensor theirs = counted({5, 3, 3, 2, 4});  // 45 taps
  const Tensor ours = from_release_layout(theirs, {5, 3, 3, 4, 2});
  EXPECT_EQ(at(ours, {4, 1, 2, 3, 1}), at(theirs, {4, 1, 2, 1, 3}));
  EXPECT_EQ(at(ours, {0, 2, 0, 1, 0}), at(theirs, {0, 2, 0, 0, 1}));
}

TEST(ReleaseLayout, FewTapsAreStoredOutputsFirst) {
  const Tensor theirs = counted({2, 3, 3, 3, 4});  // 27 taps
  const Tensor ours = from_release_layout(theirs, {3, 3, 3, 4, 2});
  EXPECT_EQ(at(ours, {2, 1, 0, 3, 1}), at(theirs, {1, 2, 1, 0, 3}));
  EXPECT_EQ(at(ours, {0, 0, 2, 1, 0}), at(theirs, {0, 0, 0, 2, 1}));
}

TEST(ReleaseLayout, OneTapIsDeclaredOneWayAndUsedAnother) {
  const Tensor theirs = counted({2, 1, 1, 1, 3});  // bytes hold [in = 3][out = 2]
  const Tensor ours = from_release_layout(theirs, {2, 3});
  for (int out = 0; out < 2; ++out)
    for (int in = 0; in < 3; ++in) EXPECT_EQ(at(ours, {out, in}), static_cast<float>(in * 2 + out));
}

TEST(ReleaseLayout, RoundTrips) {
  for (const Shape& ours :
       {Shape{5, 5, 5, 3, 2}, Shape{3, 3, 3, 3, 2}, Shape{1, 1, 1, 3, 2}, Shape{7}})
    for (DType dtype : {DType::f32, DType::u8}) {
      Tensor t = Tensor::full(ours, 0);
      for (std::int64_t i = 0; i < t.numel(); ++i) t.data<float>()[i] = static_cast<float>(i % 251);
      t = t.to(dtype);
      const Tensor back = from_release_layout(to_release_layout(t), ours);
      ASSERT_EQ(back.shape(), ours);
      EXPECT_EQ(std::memcmp(back.raw(), t.raw(), t.bytes()), 0) << to_string(ours);
    }
  const Tensor t = counted({4, 3});
  const Tensor back = from_release_layout(to_release_layout(t, true), {4, 3});
  EXPECT_EQ(std::memcmp(back.raw(), t.raw(), t.bytes()), 0);
}

TEST(ReleaseLayout, AnUnfitShapeGivesNothing) {
  EXPECT_FALSE(from_release_layout(counted({5, 3, 3, 4, 2}), {5, 3, 3, 4, 2}).defined());
  EXPECT_FALSE(from_release_layout(counted({3, 2}), {2, 3}).defined());
  EXPECT_FALSE(from_release_layout(counted({3, 1, 1, 1, 2}), {2, 3}).defined());
}

ModelSettings tiny() {
  ModelSettings s;
  s.channels = 4, s.classes = 3, s.kernel = KernelSize::cube(3), s.scales = {2};
  return s;
}

TEST(ModelState, RoundTripsBitForBit) {
  Lsk3dNet a(tiny(), {}, 1), b(tiny(), {}, 2);
  TensorFile file;
  save_state(a, file, "model/");
  file.add("optimizer/step", Tensor::zeros({1}));  // another prefix is none of its business
  load_state(b, file, "model/");
  for (std::size_t i = 0; i < a.parameters().size(); ++i) {
    const Tensor &x = a.parameters()[i]->value(), &y = b.parameters()[i]->value();
    ASSERT_EQ(std::memcmp(x.raw(), y.raw(), x.bytes()), 0) << a.parameters()[i]->name;
    EXPECT_FALSE(x.same_memory(y));
  }
}

TEST(ModelState, NamesAllThatIsWrongAndChangesNothing) {
  Lsk3dNet model(tiny(), {}, 1);
  TensorFile file;
  file.path = "some.safetensors";
  Lsk3dNet other(tiny(), {}, 2);
  save_state(other, file);
  file.tensors[3].first = "no.such.layer";  // its real name is missing, this one unexpected
  file.tensors[4].second = Tensor::zeros({2, 2});
  const Tensor before = model.parameters()[0]->value().clone();
  try {
    load_state(model, file);
    FAIL() << "no error";
  } catch (const DataError& e) {
    const std::string text = e.what();
    for (const std::string& part : {std::string("some.safetensors"), std::string("no.such.layer"),
                                    model.parameters()[3]->name, file.tensors[4].first,
                                    std::string("[2, 2]")})
      EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
  EXPECT_EQ(std::memcmp(before.raw(), model.parameters()[0]->value().raw(), before.bytes()), 0);
}

TEST(ModelState, TheReleasesBatchCountersAreIgnored) {
  Lsk3dNet model(tiny(), {}, 1), source(tiny(), {}, 2);
  TensorFile file;
  for (Parameter* p : source.parameters())
    file.add("x." + p->name,
             to_release_layout(p->value(), p->name.find("layers_in.0") != std::string::npos));
  for (Buffer* b : source.buffers()) file.add("x." + b->name, b->value);
  file.add("x.spv_enc.0.v_enc.0.layers.1.num_batches_tracked", Tensor::zeros({1}, DType::i64));
  load_release_state(model, file, "x.");
  for (std::size_t i = 0; i < model.parameters().size(); ++i) {
    const Tensor &a = model.parameters()[i]->value(), &b = source.parameters()[i]->value();
    EXPECT_EQ(std::memcmp(a.raw(), b.raw(), a.bytes()), 0) << model.parameters()[i]->name;
  }
  EXPECT_THROW(load_release_state(model, file), DataError);
}

}  // namespace
}  // namespace lsk3d
