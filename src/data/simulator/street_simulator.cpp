// SPDX-License-Identifier: MIT
#include "lsk3d/data/simulator/street_simulator.h"

#include <cmath>

#include "simulator/block_objects.h"
#include "simulator/sensor.h"
#include "simulator/streams.h"
#include "simulator/traffic.h"

namespace lsk3d {
namespace {

using namespace simulator;

constexpr int kMaxScans = 100000;
constexpr double kReach = kMaxRange + 6;  // how far along the street a scene is built

/// Where the sensor is and how it is turned.
struct SensorPose {
  double u = 0;
  WorldPoint at;
  std::array<Vec3, 3> axes;  // forward, left, up in the world
};

}  // namespace

struct StreetSimulator::State {
  std::uint64_t seed;
  int sequence, beams, columns;
  SimulatedMount mount;
  StreetPath path;

  State(std::uint64_t seed_, int sequence_, int beams_, int columns_, const SimulatedMount& mount_)
      : seed(seed_),
        sequence(sequence_),
        beams(beams_),
        columns(columns_),
        mount(mount_),
        path(seed_, sequence_) {}

  SensorPose pose(int index) const {
    Rng rng(seed, stream_of(sequence, Purpose::drive, index));
    SensorPose pose;
    // Steps of u between 3.4 and 4.4 m: bends and grades stretch them to 5 m at most.
    pose.u = 3.9 * index + 0.5 * rng.uniform64();
    const double v = -0.46 * path.half_width(pose.u) + 0.25 * std::sin(0.031 * pose.u);
    pose.at = path.at(pose.u, v);
    const float yaw = static_cast<float>(path.heading(pose.u)) + 0.01f * rng.uniform(-1, 1);
    const float pitch = static_cast<float>(path.grade(pose.u)) + 0.006f * rng.uniform(-1, 1);
    const float roll = 0.006f * rng.uniform(-1, 1);
    const Vec3 forward = normalized({std::cos(yaw), std::sin(yaw), pitch});
    const Vec3 level = normalized(cross({0, 0, 1}, forward));
    const Vec3 upright = cross(forward, level);
    const Vec3 left = normalized(level + roll * upright);
    pose.axes = {forward, left, cross(forward, left)};
    pose.at.z += mount.height - 0.02;
    return pose;
  }

  Scene scene_around(const SensorPose& pose, int index) const {
    Scene scene;
    scene.reserve(20000);
    const Placement place(path, pose.at);
    std::vector<BlockPlan> plans;
    const auto first = static_cast<std::int64_t>(std::floor((pose.u - kReach) / kBlockLength));
    const auto last = static_cast<std::int64_t>(std::floor((pose.u + kReach) / kBlockLength));
    for (std::int64_t block = first; block <= last; ++block)
      for (const int side : {1, -1}) plans.push_back(plan_block(seed, sequence, block, side));
    for (const BlockPlan& plan : plans) {
      add_ground(scene, place, plan);
      add_block_objects(scene, place, plan, seed, sequence);
    }
    add_traffic(scene, place, plans, seed, sequence, index, pose.u, kReach);
    return scene;
  }
};

StreetSimulator::StreetSimulator(std::uint64_t seed, int sequence, int beams, int columns,
                                 const SimulatedMount& mount) {
  LSK3D_CHECK(sequence >= 0 && sequence <= 99, UsageError,
              "StreetSimulator: sequence: expected 0 to 99, found ", sequence);
  LSK3D_CHECK(beams >= 1 && beams <= 256, UsageError,
              "StreetSimulator: beams: expected 1 to 256, found ", beams);
  LSK3D_CHECK(columns >= 1 && columns <= 8192, UsageError,
              "StreetSimulator: columns: expected 1 to 8192, found ", columns);
  LSK3D_CHECK(mount.fov_down < mount.fov_up && mount.fov_down >= -90 && mount.fov_up <= 90, UsageError,
              "field of view (--fov-up, --fov-down): expected -90 to 90 degrees, the lower end below the "
              "upper, found ",
              mount.fov_down, " to ", mount.fov_up);
  LSK3D_CHECK(mount.height >= 0.3f && mount.height <= 5, UsageError,
              "height of the sensor (--height): expected 0.3 to 5 m, found ", mount.height);
  state_ = std::make_unique<State>(seed, sequence, beams, columns, mount);
}

StreetSimulator::~StreetSimulator() = default;
StreetSimulator::StreetSimulator(StreetSimulator&&) noexcept = default;
StreetSimulator& StreetSimulator::operator=(StreetSimulator&&) noexcept = default;

std::array<double, 12> StreetSimulator::pose(int index) const {
  LSK3D_CHECK(index >= 0 && index < kMaxScans, UsageError, "StreetSimulator: scan: expected 0 to ",
              kMaxScans - 1, ", found ", index);
  const SensorPose p = state_->pose(index);
  const auto& [f, l, u] = p.axes;
  return {f.x, l.x, u.x, p.at.x, f.y, l.y, u.y, p.at.y, f.z, l.z, u.z, p.at.z};
}

SimulatedScan StreetSimulator::scan(int index) const {
  SimulatedScan scan;
  scan.pose = pose(index);
  const SensorPose at = state_->pose(index);
  const Bvh bvh(state_->scene_around(at, index));
  const Returns returns = cast_turn(bvh, at.axes, beam_elevations(state_->beams, state_->mount),
                                    state_->columns, state_->seed,
                                    stream_of(state_->sequence, Purpose::sensor, index));
  scan.points = returns.points;
  scan.labels = returns.labels;
  return scan;
}

}  // namespace lsk3d
