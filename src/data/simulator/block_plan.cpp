// SPDX-License-Identifier: MIT
#include "simulator/block_plan.h"

#include <algorithm>

#include "simulator/streams.h"

namespace lsk3d::simulator {
namespace {

constexpr float kKerb = 0.04f;       // a kerb's thickness
constexpr double kCornerWalk = 1.7;  // pavement on both sides of a side street
constexpr float kReach = 85;         // how far from the crown the land goes

LotKind draw_kind(Rng& rng) {
  const float pick = rng.uniform();
  if (pick < 0.34f) return LotKind::house;
  if (pick < 0.52f) return LotKind::terrace;
  if (pick < 0.64f) return LotKind::park;
  if (pick < 0.76f) return LotKind::car_park;
  if (pick < 0.88f) return LotKind::yard;
  return LotKind::field;
}

void lay_ground(Lot& lot, Rng& rng) {
  switch (lot.kind) {
    case LotKind::house:
      lot.front_depth = rng.uniform(4.0f, 8.0f);
      lot.front = rng.uniform() < 0.15f ? Ground::other : Ground::terrain;
      if (rng.uniform() < 0.7f) {
        const bool left = rng.uniform() < 0.5f;
        lot.drive_begin = left ? lot.begin + 0.6 : lot.end - 4.0;
        lot.drive_end = lot.drive_begin + 3.4;
      }
      break;
    case LotKind::terrace:
      lot.front_depth = rng.uniform(0.2f, 1.5f);
      lot.front = rng.uniform() < 0.5f ? Ground::sidewalk : Ground::terrain;
      break;
    case LotKind::park:
      lot.front_depth = 20;
      break;
    case LotKind::car_park:
      lot.front_depth = 17;
      lot.front = Ground::parking;
      break;
    case LotKind::yard:
      lot.front_depth = rng.uniform(10.0f, 18.0f);
      lot.front = Ground::other;
      break;
    case LotKind::field:
      lot.front_depth = rng.uniform(1.0f, 3.0f);
      break;
    case LotKind::side_street:
      lot.front_depth = 40;
      lot.front = lot.back = Ground::road;
      break;
  }
}

}  // namespace

const Lot& BlockPlan::lot_at(double u) const {
  for (const Lot& lot : lots)
    if (u < lot.end) return lot;
  return lots.back();
}

BlockPlan plan_block(std::uint64_t seed, int sequence, std::int64_t block, int side) {
  Rng rng(seed, stream_of(sequence, Purpose::plan, block, side));
  BlockPlan plan;
  plan.block = block;
  plan.side = side;
  // Of a whole block's sides some have a side street, which takes the place of a lot.
  const double begin = kBlockLength * static_cast<double>(block);
  std::array<double, 4> widths{13, 13, 11, 11};
  const int crossing = rng.uniform() < 0.4f ? static_cast<int>(rng.below(4)) : -1;
  for (double& w : widths) w *= 0.8 + 0.4 * rng.uniform64();
  if (crossing >= 0) widths[static_cast<std::size_t>(crossing)] = 10.5;
  double total = 0;
  for (const double w : widths) total += w;
  const float band_width = rng.uniform(2.1f, 2.5f), sidewalk = rng.uniform(1.6f, 2.8f);
  double u = begin;
  for (int i = 0; i < 4; ++i) {
    Lot lot;
    lot.begin = u;
    u = i == 3 ? begin + kBlockLength
               : u + widths[static_cast<std::size_t>(i)] * kBlockLength / total;
    lot.end = u;
    lot.kind = i == crossing ? LotKind::side_street : draw_kind(rng);
    lot.band_width = band_width;
    lot.sidewalk_width = sidewalk;
    const float band = rng.uniform();
    lot.band = band < 0.5f ? Band::parking : band < 0.75f ? Band::verge : Band::pavement;
    lay_ground(lot, rng);
    plan.lots.push_back(lot);
  }
  return plan;
}

float Profile::height(float distance) const {
  std::size_t i = 1;
  while (i + 1 < v.size() && distance > v[i]) ++i;
  const float span = std::max(v[i] - v[i - 1], 1e-6f);
  const float share = std::clamp((distance - v[i - 1]) / span, 0.0f, 1.0f);
  return z[i - 1] + share * (z[i] - z[i - 1]);
}

float sidewalk_begin(const StreetPath& path, const Lot& lot, double u) {
  return path.half_width(u) + lot.band_width + 2 * kKerb;
}

float sidewalk_end(const StreetPath& path, const Lot& lot, double u) {
  return sidewalk_begin(path, lot, u) + lot.sidewalk_width;
}

Profile profile_at(const StreetPath& path, const BlockPlan& plan, const Lot& lot, double u) {
  const bool crossing = lot.kind == LotKind::side_street;
  const bool corner = crossing && (u < lot.begin + kCornerWalk || u > lot.end - kCornerWalk);
  const bool open = crossing && !corner;
  const bool drive = lot.drive_begin < lot.drive_end && u > lot.drive_begin && u < lot.drive_end;
  const float w = path.half_width(u), edge = w + kKerb + lot.band_width;
  const float walk = edge + kKerb, walk_end = walk + lot.sidewalk_width;
  const float first = walk_end + 0.05f, depth = lot.front_depth;

  Profile p;
  const float rest = kReach - first - depth;
  p.v = {0,
         0.5f * w,
         w,
         w + kKerb,
         edge,
         walk,
         walk_end,
         first,
         first + 0.3f * depth,
         first + depth,
         first + depth + 0.1f * rest,
         first + depth + 0.25f * rest,
         first + depth + 0.5f * rest,
         kReach};
  const float gutter = -0.06f, lifted = 0.08f;
  const bool flush = !corner && (lot.band == Band::parking || drive);  // level with the gutter
  const float band_z = open ? gutter : flush ? gutter + 0.03f : lifted - 0.03f;
  const float walk_z = open ? gutter : drive ? 0.03f : lifted;
  p.z = {0, -0.02f, gutter, band_z, band_z + 0.01f, walk_z, walk_z + 0.02f};
  for (std::size_t i = 7; i < p.z.size(); ++i) {
    // Land rises or falls away from the street, uneven where nothing is paved.
    const float out = p.v[i] - walk_end, ramp = std::min(1.0f, out / 4);
    const bool paved = lot.front == Ground::parking || lot.front == Ground::road || drive;
    p.z[i] = walk_z + 0.02f + path.bank(u, plan.side) * out +
             (paved ? 0.03f : 0.12f) * ramp * path.bumps(u, plan.side * p.v[i]);
  }

  const Ground band = corner || lot.band == Band::pavement ? Ground::sidewalk
                      : open || drive                      ? Ground::road
                      : lot.band == Band::parking          ? Ground::parking
                                                           : Ground::terrain;
  p.ground.fill(lot.back);
  p.ground[0] = p.ground[1] = Ground::road;
  p.ground[2] = p.ground[3] = open                            ? Ground::road
                              : drive && band == Ground::road ? Ground::sidewalk
                                                              : band;
  p.ground[4] = p.ground[5] = p.ground[6] = open ? Ground::road : Ground::sidewalk;
  p.ground[7] = p.ground[8] = drive ? Ground::parking : lot.front;
  if (corner)
    for (std::size_t i = 7; i < p.ground.size(); ++i) p.ground[i] = Ground::sidewalk;
  return p;
}

}  // namespace lsk3d::simulator
