// SPDX-License-Identifier: MIT
#include <algorithm>

#include "simulator/block_builder.h"
#include "simulator/block_objects.h"
#include "simulator/buildings.h"
#include "simulator/furniture.h"
#include "simulator/people.h"
#include "simulator/plants.h"
#include "simulator/vehicles.h"

namespace lsk3d::simulator {

void BlockObjects::enclose(const Lot& lot, float fence_share, float hedge_share) {
  const float pick = rng_.uniform();
  if (pick >= fence_share + hedge_share) return;
  const Rng style = rng_;
  const auto piece = [&](double from, double to) {
    if (to - from < 0.6) return;
    Rng same = style;  // both sides of a driveway look alike
    const double u = 0.5 * (from + to);
    const Spot at = spot(u, front(lot, u) + 0.55f);
    const float length = static_cast<float>(to - from);
    if (pick < fence_share) add_fence(scene_, at, length, same);
    else add_hedge(scene_, at, length, same.uniform(0.9f, 2.1f), same);
  };
  const bool drive = lot.drive_begin < lot.drive_end;
  piece(lot.begin + 0.1, drive ? lot.drive_begin : lot.end - 0.1);
  if (drive) piece(lot.drive_end, lot.end - 0.1);
  rng_.next_u64();
}

void BlockObjects::side_fence(const Lot& lot, float share) {
  if (!chance(share)) return;
  const double u = lot.end - 0.25;
  const float length = random(6, 14);
  add_fence(scene_, spot(u, front(lot, u) + 0.7f + 0.5f * length, 0.5f * kHalfTurn), length, rng_);
}

void BlockObjects::fill_lot(const Lot& lot) {
  switch (lot.kind) {
    case LotKind::house:
      return fill_house(lot);
    case LotKind::terrace:
      return fill_terrace(lot);
    case LotKind::park:
      return fill_park(lot);
    case LotKind::car_park:
      return fill_car_park(lot);
    case LotKind::yard:
      return fill_yard(lot);
    case LotKind::field:
      return fill_field(lot);
    case LotKind::side_street:
      return fill_side_street(lot);
  }
}

void BlockObjects::fill_house(const Lot& lot) {
  enclose(lot, 0.38f, 0.42f);
  side_fence(lot, 0.5f);
  const bool drive = lot.drive_begin < lot.drive_end;
  double from = lot.begin + 0.8, to = lot.end - 0.8;
  if (drive)
    (lot.drive_begin < 0.5 * (lot.begin + lot.end) ? from : to) =
        lot.drive_begin < 0.5 * (lot.begin + lot.end) ? lot.drive_end + 0.3 : lot.drive_begin - 0.3;
  const double u = 0.5 * (from + to);
  const float depth = random(8, 11), base = front(lot, u) + lot.front_depth;
  add_building(scene_, spot(u, base + 0.5f * depth, front_to_street()),
               static_cast<float>(to - from), depth, random(3.2f, 7.5f), rng_);
  if (drive) {
    const double middle = 0.5 * (lot.drive_begin + lot.drive_end);
    if (chance(0.5f)) add_garage(scene_, spot(middle, base + 3.5f), rng_);
    if (chance(0.55f) && lot.front_depth > 5.2f)
      add_car(scene_,
              spot(middle, front(lot, middle) + 0.5f * lot.front_depth,
                   to_street() + (chance(0.5f) ? kHalfTurn : 0)),
              next_instance(), rng_);
  }
  for (int i = 0; i < 3; ++i) {  // the garden
    const double at = from + (to - from) * rng_.uniform64();
    const float distance = front(lot, at) + random(1.5f, std::max(1.8f, lot.front_depth - 1.2f));
    const float pick = rng_.uniform();
    if (pick < 0.25f) tree(at, distance, 3.5f, 7);
    else if (pick < 0.75f) bush(at, distance, 0.5f, 1.4f);
  }
  if (chance(0.25f)) people_group(u, front(lot, u) + 1.5f);
}

void BlockObjects::fill_terrace(const Lot& lot) {
  const double u = 0.5 * (lot.begin + lot.end);
  const float depth = random(9, 12);
  add_building(scene_, spot(u, front(lot, u) + lot.front_depth + 0.5f * depth, front_to_street()),
               static_cast<float>(lot.end - lot.begin) - 0.02f, depth, random(5.5f, 13), rng_);
  if (lot.front_depth > 0.7f && lot.front == Ground::terrain)
    for (double at = lot.begin + 1; at < lot.end - 1; at += random(1.5f, 4))
      bush(at, front(lot, at) + 0.5f * lot.front_depth, 0.3f, 0.7f);
  if (chance(0.35f)) people_group(u, front(lot, u) - 0.7f);
}

void BlockObjects::fill_park(const Lot& lot) {
  enclose(lot, 0.2f, 0.35f);
  const int trees = 3 + static_cast<int>(rng_.below(5));
  for (int i = 0; i < trees; ++i) {
    const double u = lot.begin + 1 + (lot.end - lot.begin - 2) * rng_.uniform64();
    tree(u, front(lot, u) + random(2, 20), 5, 14);
  }
  const int bushes = 5 + static_cast<int>(rng_.below(5));
  for (int i = 0; i < bushes; ++i) {
    const double u = lot.begin + 1 + (lot.end - lot.begin - 2) * rng_.uniform64();
    bush(u, front(lot, u) + random(1.5f, 18), 0.6f, 2.2f);
  }
  const double u = 0.5 * (lot.begin + lot.end);
  if (chance(0.5f)) {
    const double at = u + random(-3, 3);
    people_group(at, front(lot, u) + random(1.2f, 6));
  }
  if (chance(0.3f)) add_street_object(scene_, spot(u, front(lot, u) + 1.2f, to_street()), rng_);
}

void BlockObjects::fill_car_park(const Lot& lot) {
  for (const float row : {3.2f, 12.8f})
    for (double u = lot.begin + 1.6; u < lot.end - 1.4; u += 2.7) {
      const float pick = rng_.uniform(), turn = to_street() + (chance(0.5f) ? kHalfTurn : 0);
      const Spot at = spot(u, front(lot, u) + row, turn + random(-0.05f, 0.05f));
      if (pick < 0.55f) add_car(scene_, at, next_instance(), rng_);
      else if (pick < 0.68f) cycle(true, at);
      else if (pick < 0.74f) people_group(u, front(lot, u) + row + 1);
    }
  const double u = 0.5 * (lot.begin + lot.end);
  const Spot back = spot(u, front(lot, u) + lot.front_depth + 0.4f);
  const float length = static_cast<float>(lot.end - lot.begin);
  if (chance(0.5f)) add_fence(scene_, back, length, rng_);
  else add_hedge(scene_, back, length, random(1, 2), rng_);
}

void BlockObjects::fill_yard(const Lot& lot) {
  enclose(lot, 0.35f, 0.2f);
  side_fence(lot, 0.4f);
  const double width = lot.end - lot.begin;
  for (double u = lot.begin + 2.5; u < lot.end - 2; u += random(3.6f, 5.5f)) {
    const float pick = rng_.uniform(), turn = to_street() + random(-0.2f, 0.2f);
    const float near = front(lot, u) + 7.2f;
    if (pick < 0.32f) add_truck(scene_, spot(u, near, turn), next_instance(), rng_);
    else if (pick < 0.62f)
      add_other_vehicle(scene_, spot(u, near, turn), next_instance(), false, rng_);
    else if (pick < 0.72f) people_group(u, front(lot, u) + random(1.5f, 6));
    else if (pick < 0.8f) add_street_object(scene_, spot(u, near, turn), rng_);
  }
  const double u = 0.5 * (lot.begin + lot.end);
  if (chance(0.5f))
    add_building(scene_, spot(u, front(lot, u) + lot.front_depth + 6, front_to_street()),
                 static_cast<float>(width) - 1, 10, random(4, 8), rng_);
  else add_fence(scene_, spot(u, front(lot, u) + lot.front_depth), static_cast<float>(width), rng_);
}

void BlockObjects::fill_field(const Lot& lot) {
  enclose(lot, 0.4f, 0.55f);
  const int trees = static_cast<int>(rng_.below(4));
  for (int i = 0; i < trees; ++i) {
    const double u = lot.begin + 1 + (lot.end - lot.begin - 2) * rng_.uniform64();
    tree(u, front(lot, u) + random(4, 30), 5, 13);
  }
}

void BlockObjects::fill_side_street(const Lot& lot) {
  const double middle = 0.5 * (lot.begin + lot.end);
  for (const double side : {-2.3, 2.3})
    for (float distance = random(4, 9); distance < 38; distance += random(6, 14)) {
      const double u = middle + side;
      const Spot at = spot(u, front(lot, u) + distance, to_street() + (side > 0 ? kHalfTurn : 0));
      const float pick = rng_.uniform();
      if (pick < 0.55f) add_car(scene_, at, next_instance(), rng_);
      else if (pick < 0.65f) add_bicyclist(scene_, at, next_instance(), rng_);
      else if (pick < 0.72f) add_motorcyclist(scene_, at, next_instance(), rng_);
    }
}

void BlockObjects::fill_background(const Lot& lot) {
  if (lot.kind == LotKind::side_street) return;
  const double u = 0.5 * (lot.begin + lot.end);
  const float distance = front(lot, u) + random(30, 40);
  const float pick = rng_.uniform();
  if (pick < 0.35f) {
    add_building(scene_, spot(u, distance + 6, front_to_street()),
                 static_cast<float>(lot.end - lot.begin) - 1, 10, random(5, 11), rng_);
  } else {
    for (double at = lot.begin + 1; at < lot.end; at += random(2.5f, 6)) {
      if (chance(0.5f)) tree(at, distance + random(-4, 8), 6, 14);
      else bush(at, distance + random(-5, 3), 1, 3);
    }
  }
}

void add_block_objects(Scene& scene, const Placement& place, const BlockPlan& plan,
                       std::uint64_t seed, int sequence) {
  BlockObjects(scene, place, plan, seed, sequence).build();
}

}  // namespace lsk3d::simulator
