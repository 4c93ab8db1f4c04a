// SPDX-License-Identifier: MIT
#include "simulator/block_builder.h"
#include "simulator/furniture.h"
#include "simulator/people.h"
#include "simulator/plants.h"
#include "simulator/vehicles.h"

namespace lsk3d::simulator {

void BlockObjects::cycle(bool engine, const Spot& at) {
  if (engine) add_motorcycle(scene_, at, next_instance(), rng_);
  else add_bicycle(scene_, at, next_instance(), rng_);
}

double BlockObjects::cycle_row(bool engine, double u, float distance, int count) {
  const float gap = engine ? random(0.9f, 1.2f) : random(0.6f, 0.9f);
  for (int i = 0; i < count; ++i, u += gap) {
    const float turn = to_street() + random(-0.25f, 0.25f), back = chance(0.3f) ? kHalfTurn : 0;
    cycle(engine, spot(u, distance, turn + back));
  }
  return u;
}

void BlockObjects::tree(double u, float distance, float low, float high) {
  const float turn = random(0, 6), height = random(low, high);
  add_tree(scene_, spot(u, distance, turn), height, rng_);
}

void BlockObjects::bush(double u, float distance, float low, float high) {
  add_bush(scene_, spot(u, distance), random(low, high), rng_);
}

void BlockObjects::fill_band(const Lot& lot) {
  if (lot.kind == LotKind::side_street) return;
  if (lot.band == Band::parking) fill_parking(lot);
  else if (lot.band == Band::verge) fill_verge(lot);
  else fill_pavement(lot);
}

void BlockObjects::fill_parking(const Lot& lot) {
  for (double u = lot.begin + 0.4; u < lot.end - 0.5;) {
    const float middle = place_.path().half_width(u) + 0.55f * lot.band_width;
    const auto fits = [&](double length) {
      return u + length < lot.end && !in_drive(lot, u, u + length);
    };
    const float pick = rng_.uniform(), skew = random(-0.04f, 0.04f);
    const float turn = along() + skew + (chance(0.15f) ? kHalfTurn : 0);
    double length = 1;
    if (pick < 0.5f) {
      length = kCarLength + random(0.2f, 0.9f);
      if (fits(length))
        add_car(scene_, spot(u + 0.5 * length, middle, turn), next_instance(), rng_);
    } else if (pick < 0.57f) {
      length = kTruckLength;
      if (fits(length))
        add_truck(scene_, spot(u + 0.5 * length, middle, turn), next_instance(), rng_);
    } else if (pick < 0.65f) {
      length = kOtherVehicleLength;
      if (fits(length))
        add_other_vehicle(scene_, spot(u + 0.5 * length, middle, turn), next_instance(), false,
                          rng_);
    } else if (pick < 0.84f) {
      length = 3.4;
      if (fits(length)) cycle_row(true, u + 0.6, middle, 1 + static_cast<int>(rng_.below(3)));
    } else if (pick < 0.92f) {
      length = 3;
      if (fits(length)) cycle_row(false, u + 0.4, middle, 2 + static_cast<int>(rng_.below(3)));
    } else {
      length = random(2, 5);
    }
    u += fits(length) ? length : 1.0;
  }
}

void BlockObjects::fill_verge(const Lot& lot) {
  for (double u = lot.begin + random(1, 4); u < lot.end - 0.8; u += random(3, 7)) {
    if (in_drive(lot, u - 0.6, u + 0.6)) continue;
    const float distance = place_.path().half_width(u) + random(0.9f, lot.band_width - 0.6f);
    const Spot at = spot(u, distance, random(0, 6));
    const float pick = rng_.uniform();
    if (pick < 0.6f) add_tree(scene_, at, random(5, 11), rng_);
    else if (pick < 0.95f) add_bush(scene_, at, random(0.6f, 1.5f), rng_);
  }
}

void BlockObjects::fill_pavement(const Lot& lot) {
  for (double u = lot.begin + 0.6; u < lot.end - 1.5; u += random(1.5f, 4.5f)) {
    if (in_drive(lot, u - 0.8, u + 3.5)) continue;
    const float middle = place_.path().half_width(u) + 0.5f * lot.band_width;
    const float pick = rng_.uniform();
    if (pick < 0.24f) {
      const int count = 2 + static_cast<int>(rng_.below(4));
      u = cycle_row(false, u, middle + random(-0.3f, 0.3f), count);
    } else if (pick < 0.4f) u = cycle_row(true, u, middle, 1 + static_cast<int>(rng_.below(3)));
    else if (pick < 0.5f) add_bollard(scene_, spot(u, middle - 0.7f), rng_);
    else if (pick < 0.62f) tree(u, middle, 5, 9);
    else if (pick < 0.72f) add_street_object(scene_, spot(u, middle, to_street()), rng_);
    else if (pick < 0.88f) people_group(u, middle);
  }
}

void BlockObjects::people_group(double u, float distance) {
  const int count = 1 + static_cast<int>(rng_.below(3));
  for (int i = 0; i < count; ++i) {
    const float to_side = random(-0.5f, 0.5f), turn = random(0, 2 * kHalfTurn);
    add_person(scene_, spot(u + 0.7 * i, distance + to_side, turn), next_instance(), rng_);
  }
}

void BlockObjects::fill_sidewalk(const Lot& lot) {
  const double middle = 0.5 * (lot.begin + lot.end);
  if (lot.kind == LotKind::side_street) {  // the corner's signs
    for (const double u : {lot.begin + 0.6, lot.end - 0.6})
      if (chance(0.75f)) {
        const float turn = chance(0.5f) ? along() + kHalfTurn : to_street() + kHalfTurn;
        add_traffic_sign(scene_, spot(u, walk(lot, u) + 0.3f, turn), rng_);
      }
    return;
  }
  const double u = lot.begin + random(0.8f, 2.5f);
  if (chance(0.65f) && !in_drive(lot, u - 0.3, u + 0.3)) {
    if (chance(0.7f)) add_lamp_post(scene_, spot(u, walk(lot, u) + 0.25f, to_street()), rng_);
    else add_utility_pole(scene_, spot(u, walk(lot, u) + 0.3f), rng_);
  }
  const double sign = middle + random(-2, 2);
  if (chance(0.65f) && !in_drive(lot, sign - 0.3, sign + 0.3)) {
    // Most face the traffic on their side.
    const float skew = random(-0.2f, 0.2f), back = chance(0.25f) ? 0 : kHalfTurn;
    add_traffic_sign(scene_, spot(sign, walk(lot, sign) + 0.35f, along() + skew + back), rng_);
  }
  if (chance(0.25f)) {
    const double at = middle + random(-3, 3);
    cycle(false, spot(at, front(lot, at) - 0.45f, along() + random(-0.15f, 0.15f)));
  }
}

}  // namespace lsk3d::simulator
