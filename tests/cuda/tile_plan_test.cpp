// SPDX-License-Identifier: MIT
#include "tile_plan.h"

#include <numeric>
#include <set>

#include "parity.h"
#include "random_pairs.h"

namespace lsk3d::cuda_test {
namespace {

template <typename T>
std::vector<T> to_host(const T* data, std::int64_t count) {
  std::vector<T> copy(static_cast<std::size_t>(count));
  cuda::copy_to_host(copy.data(), data, copy.size() * sizeof(T));
  return copy;
}

cuda::Buffer<std::int32_t> on_gpu(const std::vector<std::int32_t>& rows) {
  return cuda::Buffer<std::int32_t>(std::span<const std::int32_t>(rows));
}

/// Rows in an order of no pattern.
std::vector<std::int32_t> shuffled_rows(int count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  Rng rng(5);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

/// All of a plan, as one tells it apart from another.
struct HostPlan {
  std::vector<std::int32_t> starts, first_octet, first_pass, halo_rows;
  std::vector<cuda::TilePass> passes;
  std::vector<std::uint32_t> pairs;

  explicit HostPlan(const cuda::TilePlan& plan) {
    const cuda::TilePlanView v = plan.view();
    const std::int64_t lists = v.offsets * v.parts;
    starts = to_host(v.starts, plan.tiles() * (lists + 1));
    first_octet = to_host(v.first_octet, plan.tiles());
    first_pass = to_host(v.first_pass, plan.tiles() + 1);
    halo_rows = to_host(v.halo_rows, plan.halo_row_count());
    passes = to_host(v.passes, plan.pass_count());
    const std::int64_t octets = plan.tiles() == 0 ? 0 : first_octet.back() + starts.back();
    for (const cuda::TilePair pair : to_host(v.pairs, octets * cuda::kOctet))
      pairs.push_back(pair.bits);
  }
};

using Pairs = std::vector<std::set<std::pair<std::int32_t, std::int32_t>>>;

/// The pairs that a plan stands for, by offset; every rule of the format is checked on the way.
Pairs pairs_of(const HostPlan& plan, const std::vector<std::int32_t>& order, std::int64_t offsets,
               cuda::TileShape shape) {
  Pairs found(static_cast<std::size_t>(offsets));
  const std::size_t lists = static_cast<std::size_t>(offsets * shape.parts);
  for (std::size_t tile = 0; tile < plan.first_octet.size(); ++tile) {
    std::int64_t k = 0;
    for (std::int32_t p = plan.first_pass[tile]; p < plan.first_pass[tile + 1]; ++p) {
      const cuda::TilePass pass = plan.passes[static_cast<std::size_t>(p)];
      EXPECT_LE(pass.rows, shape.capacity);
      const std::int32_t* halo = plan.halo_rows.data() + pass.first_row;
      for (int i = 1; i < pass.rows; ++i) EXPECT_LT(halo[i - 1], halo[i]);
      std::set<int> used;
      for (; k < pass.end_offset; ++k)
        for (std::size_t part = 0; part < static_cast<std::size_t>(shape.parts); ++part) {
          const std::size_t at =
              tile * (lists + 1) + static_cast<std::size_t>(k * shape.parts) + part;
          const std::int64_t begin = plan.first_octet[tile] + plan.starts[at];
          const std::int64_t end = plan.first_octet[tile] + plan.starts[at + 1];
          int row_before = -1;
          for (std::int64_t i = begin * cuda::kOctet; i < end * cuda::kOctet; ++i) {
            const cuda::TilePair pair{plan.pairs[static_cast<std::size_t>(i)]};
            if (pair.out() < 0) {
              EXPECT_GE(i, (end - 1) * cuda::kOctet);  // only the last octet is not full
              EXPECT_EQ(pair.in(), 0);
              continue;
            }
            EXPECT_LT(row_before, pair.out());
            EXPECT_LT(pair.in(), pass.rows);
            row_before = pair.out();
            used.insert(pair.in());
            const std::size_t out = tile * static_cast<std::size_t>(shape.rows()) +
                                    part * cuda::kPartRows + static_cast<std::size_t>(pair.out());
            found[static_cast<std::size_t>(k)].emplace(halo[pair.in()], order[out]);
          }
        }
      EXPECT_EQ(static_cast<int>(used.size()), pass.rows);
    }
  }
  return found;
}

void check(const PairCase& c, cuda::TileShape shape) {
  SCOPED_TRACE(testing::Message() << c.offsets << " offsets, " << c.rows_out << " rows, "
                                  << shape.parts << " parts, capacity " << shape.capacity);
  const RandomPairs host(c);
  gpu_kernels();
  const cuda::DevicePairs gpu(PairLists{host.lists});
  for (const bool input_gradient : {false, true}) {
    const std::vector<std::int32_t> order = shuffled_rows(input_gradient ? c.rows_in : c.rows_out);
    std::vector<HostPlan> plans;
    for (const bool reversed : {false, true}) {
      reverse_order(reversed);
      plans.emplace_back(cuda::TilePlan(gpu.pairs(), on_gpu(order), input_gradient, shape));
      reverse_order(false);
    }
    EXPECT_EQ(plans[0].pairs, plans[1].pairs);
    EXPECT_EQ(plans[0].halo_rows, plans[1].halo_rows);
    EXPECT_EQ(plans[0].first_pass, plans[1].first_pass);
    const Pairs found = pairs_of(plans[0], order, c.offsets, shape);
    for (std::size_t k = 0; k < host.lists.size(); ++k) {
      std::set<std::pair<std::int32_t, std::int32_t>> wanted;
      for (std::size_t i = 0; i < host.in[k].size(); ++i)
        wanted.emplace(input_gradient ? host.out[k][i] : host.in[k][i],
                       input_gradient ? host.in[k][i] : host.out[k][i]);
      EXPECT_EQ(found[k], wanted) << "offset " << k;
    }
  }
}

TEST(CudaTilePlan, StandsForThePairsOfTheMap) {
  check({1, 1, 1, 1, 1, 1}, {2, 256});
  check({3, 0, 0, 1, 1, 1}, {2, 256});
  check({27, 300, 257, 1, 1, 0.1}, {2, 256});
  check({5, 900, 1000, 1, 1, 0.6}, {2, 846});
  check({130, 2000, 300, 1, 1, 0.02}, {2, 300});
  check({27, 700, 1100, 1, 1, 0.1}, {4, 600});
}

TEST(CudaTilePlan, TakesATileThatReadsTooMuchInSeveralPasses) {
  const PairCase c{40, 5000, 500, 1, 1, 0.5};
  const RandomPairs host(c);
  gpu_kernels();
  const cuda::DevicePairs gpu(PairLists{host.lists});
  const cuda::TilePlan plan(gpu.pairs(), on_gpu(shuffled_rows(500)), false, {2, 256});
  EXPECT_GT(plan.pass_count(), plan.tiles());
  check(c, {2, 256});
  check({12, 4000, 700, 1, 1, 0.4}, {4, 512});
}

TEST(CudaTilePlan, HasNoPassForATileWithoutPairs) {
  const std::vector<std::int32_t> in{3}, out{600};
  const std::vector<PairList> lists{{}, {in.data(), out.data(), 1}, {}};
  gpu_kernels();
  const cuda::DevicePairs gpu(PairLists{lists});
  std::vector<std::int32_t> order(700);
  std::iota(order.begin(), order.end(), 0);
  const HostPlan plan(cuda::TilePlan(gpu.pairs(), on_gpu(order), false, {2, 256}));
  EXPECT_EQ(plan.first_pass, (std::vector<std::int32_t>{0, 0, 0, 1}));
  EXPECT_EQ(plan.halo_rows, in);
}

}  // namespace
}  // namespace lsk3d::cuda_test
