// SPDX-License-Identifier: MIT
// The original SemanticKITTI ids of what the street holds.
#pragma once
#include <cstdint>

namespace lsk3d::simulator {

enum RawId : std::uint32_t {
  kCar = 10,
  kBicycle = 11,
  kMotorcycle = 15,
  kTruck = 18,
  kOtherVehicle = 20,
  kPerson = 30,
  kBicyclist = 31,
  kMotorcyclist = 32,
  kRoad = 40,
  kParking = 44,
  kSidewalk = 48,
  kOtherGround = 49,
  kBuilding = 50,
  kFence = 51,
  kVegetation = 70,
  kTrunk = 71,
  kTerrain = 72,
  kPole = 80,
  kTrafficSign = 81,
  kOtherObject = 99
};

/// What a label file holds of a point on one thing.
constexpr std::uint32_t label_of(RawId id, std::uint32_t instance = 0) {
  return id | instance << 16;
}

}  // namespace lsk3d::simulator
