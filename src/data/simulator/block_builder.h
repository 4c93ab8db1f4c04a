// SPDX-License-Identifier: MIT
#pragma once
#include "simulator/ground.h"
#include "simulator/streams.h"

namespace lsk3d::simulator {

constexpr float kHalfTurn = 3.1415927f;

/// Furnishes one side of a block: what stands between road and houses (curb_objects.cpp) and on the
/// lots behind (lot_objects.cpp). No two numbers are drawn within one call's arguments, whose order
/// compilers choose: streets must not depend on it.
class BlockObjects {
 public:
  BlockObjects(Scene& scene, const Placement& place, const BlockPlan& plan, std::uint64_t seed,
               int sequence)
      : scene_(scene),
        place_(place),
        plan_(plan),
        rng_(seed, stream_of(sequence, Purpose::objects, plan.block, plan.side)) {
    // 64 ids for each side of each of 500 blocks: none is met twice within 24 km.
    const std::int64_t slot = ((plan.block % 500) + 500) % 500 * 2 + (plan.side > 0 ? 1 : 0);
    first_instance_ = 1 + 64 * static_cast<std::uint32_t>(slot);
  }

  void build() {
    for (const Lot& lot : plan_.lots) {
      fill_band(lot);
      fill_sidewalk(lot);
      fill_lot(lot);
      fill_background(lot);
    }
  }

 private:
  std::uint32_t next_instance() { return first_instance_ + next_++ % 64; }
  bool chance(float share) { return rng_.uniform() < share; }
  float random(float low, float high) { return rng_.uniform(low, high); }

  /// Parallel to traffic on this side, and facing the street or away from it.
  float along() const { return plan_.side > 0 ? kHalfTurn : 0; }
  float to_street() const { return static_cast<float>(-plan_.side) * 0.5f * kHalfTurn; }
  /// Turn of things whose front is to their right.
  float front_to_street() const { return plan_.side > 0 ? 0 : kHalfTurn; }

  Spot spot(double u, float distance, float turn = 0) const {
    return place_.on_ground(plan_, u, distance, turn);
  }
  float walk(const Lot& lot, double u) const { return sidewalk_begin(place_.path(), lot, u); }
  float front(const Lot& lot, double u) const {
    return sidewalk_end(place_.path(), lot, u) + 0.05f;
  }
  static bool in_drive(const Lot& lot, double from, double to) {
    return lot.drive_begin < lot.drive_end && to > lot.drive_begin && from < lot.drive_end;
  }

  // Along the road.
  void cycle(bool engine, const Spot& at);
  /// A row of cycles side by side from u on; returns where it ends.
  double cycle_row(bool engine, double u, float distance, int count);
  /// A tree or bush of a size between `low` and `high`.
  void tree(double u, float distance, float low, float high);
  void bush(double u, float distance, float low, float high);
  void people_group(double u, float distance);
  void fill_band(const Lot& lot);
  void fill_parking(const Lot& lot);
  void fill_verge(const Lot& lot);
  void fill_pavement(const Lot& lot);
  void fill_sidewalk(const Lot& lot);

  // On the lots.
  /// Fence or hedge along the lot's front, open at the driveway.
  void enclose(const Lot& lot, float fence_share, float hedge_share);
  /// A fence that leads away from the street at the lot's end.
  void side_fence(const Lot& lot, float share);
  void fill_lot(const Lot& lot);
  void fill_house(const Lot& lot);
  void fill_terrace(const Lot& lot);
  void fill_park(const Lot& lot);
  void fill_car_park(const Lot& lot);
  void fill_yard(const Lot& lot);
  void fill_field(const Lot& lot);
  void fill_side_street(const Lot& lot);
  /// What closes the view behind the lot.
  void fill_background(const Lot& lot);

  Scene& scene_;
  const Placement& place_;
  const BlockPlan& plan_;
  Rng rng_;
  std::uint32_t first_instance_ = 1, next_ = 0;
};

}  // namespace lsk3d::simulator
