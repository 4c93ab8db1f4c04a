// SPDX-License-Identifier: MIT
#include "simulator/traffic.h"

#include <algorithm>

#include "simulator/block_objects.h"
#include "simulator/people.h"
#include "simulator/streams.h"
#include "simulator/vehicles.h"

namespace lsk3d::simulator {
namespace {

/// A lane is an endless row of slots that all move at one speed; some slots hold something.
struct Lane {
  int number;
  int side;        // +1 left, -1 right of the crown
  double spacing;  // metres between slots
  double speed;    // metres of u a second
  float share;     // of slots that are taken
  bool vehicles, people;
};

constexpr Lane kLanes[] = {
    {0, -1, 24, 8.4, 0.5f, true, false},  {1, 1, 23, -8.8, 0.5f, true, false},
    {2, -1, 13, 4.1, 0.5f, false, false}, {3, 1, 13, -4.3, 0.5f, false, false},
    {4, -1, 8, 1.2, 0.45f, false, true},  {5, 1, 8, -1.1, 0.45f, false, true}};

constexpr double kClearance = 9;  // metres around the sensor's own car in its lane

float distance_in_lane(const Lane& lane, const StreetPath& path, const Lot& lot, double u,
                       Rng& rng) {
  const float w = path.half_width(u);
  if (lane.vehicles) return 0.46f * w + rng.uniform(-0.25f, 0.25f);
  if (!lane.people) return w - rng.uniform(0.5f, 0.75f);
  return sidewalk_begin(path, lot, u) + lot.sidewalk_width * rng.uniform(0.35f, 0.75f);
}

}  // namespace

void add_traffic(Scene& scene, const Placement& place, const std::vector<BlockPlan>& plans,
                 std::uint64_t seed, int sequence, int index, double ego_u, double reach) {
  for (const Lane& lane : kLanes) {
    const double shift = lane.speed * kSecondsPerScan * index;
    const auto first =
        static_cast<std::int64_t>(std::floor((ego_u - reach - shift) / lane.spacing));
    const auto last = static_cast<std::int64_t>(std::floor((ego_u + reach - shift) / lane.spacing));
    for (std::int64_t slot = first; slot <= last; ++slot) {
      Rng rng(seed, stream_of(sequence, Purpose::traffic, slot, lane.number));
      if (rng.uniform() >= lane.share) continue;
      const double play = lane.vehicles ? 5 : 0.6 * lane.spacing;
      const double u = lane.spacing * static_cast<double>(slot) + shift + play * rng.uniform64();
      const auto plan = std::find_if(plans.begin(), plans.end(), [&](const BlockPlan& p) {
        return p.side == lane.side && u >= p.lots.front().begin && u < p.lots.back().end;
      });
      if (plan == plans.end()) continue;
      const float distance = distance_in_lane(lane, place.path(), plan->lot_at(u), u, rng);
      const float kind = rng.uniform(), turn = lane.speed > 0 ? 0.0f : 3.1415927f;
      const Spot spot = place.on_ground(*plan, u, distance, turn + rng.uniform(-0.05f, 0.05f));
      const std::uint32_t instance = kFirstMovingInstance +
                                     250 * static_cast<std::uint32_t>(lane.number) +
                                     static_cast<std::uint32_t>(((slot % 250) + 250) % 250);
      if (lane.vehicles) {
        const double room = kClearance + (kind < 0.7f || kind >= 0.82f ? 0 : 4);
        if (lane.side < 0 && std::abs(u - ego_u) < room) continue;
        if (kind < 0.6f) add_car(scene, spot, instance, rng);
        else if (kind < 0.7f) add_truck(scene, spot, instance, rng);
        else if (kind < 0.82f) add_other_vehicle(scene, spot, instance, true, rng);
        else add_motorcyclist(scene, spot, instance, rng);
      } else if (lane.people) {
        Spot walker = spot;
        if (kind < 0.4f) walker.yaw += 3.1415927f;
        add_person(scene, walker, instance, rng);
      } else {
        if (std::abs(u - ego_u) < 2 && lane.side < 0) continue;
        if (kind < 0.7f) add_bicyclist(scene, spot, instance, rng);
        else add_motorcyclist(scene, spot, instance, rng);
      }
    }
  }
}

}  // namespace lsk3d::simulator
