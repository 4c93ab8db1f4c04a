// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/packed_weight.h"

#include <gtest/gtest.h>

#include "sparsity/sds_model.h"
#include "support/expect_throw.h"

namespace lsk3d::testing_support {
namespace {

struct Case {
  const char* granularity;
  const char* layout;
};

/// A weight that SDS of that granularity pruned to 40 %.
Tensor pruned_weight(const std::string& granularity, const Shape& shape = {5, 5, 5, 20, 36}) {
  return SdsModel(small_sds(granularity), "adamw", {shape}).parameters[0].value();
}

std::size_t bytes(const PackedWeight& p) {
  return p.index.bytes() + p.low.bytes() + p.high.bytes();
}

class Packing : public ::testing::TestWithParam<Case> {};

TEST_P(Packing, GivesTheWeightBackBitForBit) {
  for (const Shape& shape :
       {Shape{5, 5, 5, 20, 36}, Shape{5, 5, 5, 16, 16}, Shape{5, 5, 5, 4, 3}}) {
    const Tensor weight = pruned_weight(GetParam().granularity, shape);
    const PackedWeight packed = pack_weight(weight, GetParam().layout, DType::f32);
    EXPECT_TRUE(same_bytes(unpack_weight(packed, GetParam().layout, shape, "w"), weight));
  }
  const Tensor empty = Tensor::zeros({3, 3, 3, 4, 4});
  EXPECT_TRUE(same_bytes(unpack_weight(pack_weight(empty, GetParam().layout, DType::f32),
                                       GetParam().layout, empty.shape(), "w"),
                         empty));
}

TEST_P(Packing, Bfloat16RoundsAndKeepsZeros) {
  const Tensor weight = pruned_weight(GetParam().granularity);
  const PackedWeight packed = pack_weight(weight, GetParam().layout, DType::bf16);
  const Tensor back = unpack_weight(packed, GetParam().layout, weight.shape(), "w");
  EXPECT_TRUE(same_bytes(back, weight.to(DType::bf16).to(DType::f32)));
}

TEST_P(Packing, IsSmall) {
  const Tensor weight = pruned_weight(GetParam().granularity, {5, 5, 5, 32, 32});
  const double dense = static_cast<double>(weight.bytes());
  EXPECT_LE(static_cast<double>(bytes(pack_weight(weight, GetParam().layout, DType::f32))),
            0.6 * dense);
  EXPECT_LE(static_cast<double>(bytes(pack_weight(weight, GetParam().layout, DType::bf16))),
            0.3 * dense);
}

TEST_P(Packing, DamagedPartsAreDataErrorsThatNameTheWeight) {
  const std::string layout = GetParam().layout;
  const Tensor weight = pruned_weight(GetParam().granularity);
  const auto with = [&](auto change) {
    PackedWeight packed = pack_weight(weight, layout, DType::f32);
    change(packed);
    unpack_weight(packed, layout, weight.shape(), "conv.weight");
  };
  EXPECT_NO_THROW(with([](PackedWeight&) {}));
  const auto refused = [&](auto change) {
    LSK3D_EXPECT_THROW(with(change), DataError, "conv.weight");
  };
  refused([](PackedWeight& p) { p.index = p.index.to(DType::f32); });
  refused([](PackedWeight& p) { p.index = Tensor::zeros({1}, p.index.dtype()); });
  refused([](PackedWeight& p) { p.low = p.low.rows(0, p.low.dim(0) - 1).clone(); });
  refused([](PackedWeight& p) { p.low = Tensor::zeros({125 * 20 * 36 + 1, 3}, DType::u8); });
  refused([](PackedWeight& p) { p.low = p.low.reshape({p.low.dim(0) * 3, 1}); });
  refused([](PackedWeight& p) { p.high = p.high.rows(0, p.high.dim(0) / 2).clone(); });
  refused([](PackedWeight& p) { p.high.fill(255); });
  refused([](PackedWeight& p) { p.high = Tensor::zeros({0}, DType::u8); });
  if (layout == "element") {
    refused([](PackedWeight& p) { p.index.data<std::uint8_t>()[3] ^= 16; });
    LSK3D_EXPECT_THROW(
        unpack_weight(pack_weight(weight, layout, DType::f32), layout, {5, 5, 5, 20, 35}, "w"),
        DataError, "w");
  } else {
    refused([](PackedWeight& p) { p.index.data<std::int32_t>()[0] = -1; });
    refused(
        [](PackedWeight& p) { p.index.data<std::int32_t>()[1] = p.index.data<std::int32_t>()[0]; });
    refused([](PackedWeight& p) { p.index.data<std::int32_t>()[p.index.numel() - 1] = 1 << 30; });
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, Packing,
                         ::testing::Values(Case{"element", "element"}, Case{"2:4", "element"},
                                           Case{"offset", "offset"}, Case{"block", "block"}),
                         [](const auto& info) {
                           return info.param.granularity == std::string("2:4")
                                      ? "quads"
                                      : info.param.granularity;
                         });

TEST(PatternOfZeros, IsThePatternOfTheMask) {
  for (const char* granularity : {"element", "offset", "block"}) {
    SdsModel model(small_sds(granularity), "adamw");
    for (const auto& p : model.parameters) {
      const auto found = pattern_of_zeros(p.value(), granularity);
      ASSERT_EQ(found == nullptr, p.pattern == nullptr) << granularity;
      if (!found) continue;
      EXPECT_EQ(found->offsets, p.pattern->offsets);
      EXPECT_EQ(found->block_mask, p.pattern->block_mask);
    }
  }
}

}  // namespace
}  // namespace lsk3d::testing_support
