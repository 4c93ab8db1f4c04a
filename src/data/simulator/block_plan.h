// SPDX-License-Identifier: MIT
// One side of one stretch of street, cut into lots: what each is and what its ground is like.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "simulator/street_path.h"

namespace lsk3d::simulator {

constexpr double kBlockLength = 48;

enum class LotKind : std::uint8_t { house, terrace, park, car_park, yard, field, side_street };
enum class Band : std::uint8_t { parking, verge, pavement };  // between road and sidewalk
enum class Ground : std::uint8_t { road, parking, sidewalk, other, terrain };

struct Lot {
  LotKind kind = LotKind::house;
  Band band = Band::verge;
  double begin = 0, end = 0;              // u
  float band_width = 2.3f;                // metres
  float sidewalk_width = 2.0f;            // metres
  float front_depth = 5;                  // metres of front ground behind the sidewalk
  Ground front = Ground::terrain;         // between sidewalk and front_depth
  Ground back = Ground::terrain;          // beyond
  double drive_begin = 0, drive_end = 0;  // a paved driveway, empty where equal
};

struct BlockPlan {
  std::int64_t block = 0;
  int side = 1;  // +1 left of the street, -1 right
  std::vector<Lot> lots;

  const Lot& lot_at(double u) const;
};

BlockPlan plan_block(std::uint64_t seed, int sequence, std::int64_t block, int side);

/// The ground across the street at one u, from the crown outwards; v is the distance from the
/// crown.
constexpr int kProfilePoints = 14;
struct Profile {
  std::array<float, kProfilePoints> v{}, z{};
  std::array<Ground, kProfilePoints - 1> ground{};  // between one point and the next

  float height(float distance) const;
};
Profile profile_at(const StreetPath& path, const BlockPlan& plan, const Lot& lot, double u);

/// Where the sidewalk begins and ends, as distances from the crown.
float sidewalk_begin(const StreetPath& path, const Lot& lot, double u);
float sidewalk_end(const StreetPath& path, const Lot& lot, double u);

}  // namespace lsk3d::simulator
