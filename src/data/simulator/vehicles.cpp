// SPDX-License-Identifier: MIT
#include "simulator/vehicles.h"

namespace lsk3d::simulator {
namespace {

void add_wheels(ObjectBuilder& b, float front, float back, float half_width, float radius,
                float tread) {
  for (const float x : {front, back})
    for (const float side : {-1.0f, 1.0f})
      b.cylinder({x, side * (half_width - tread), radius}, {x, side * half_width, radius}, radius,
                 rubber());
}

/// A saloon, hatchback, estate, off-roader or people carrier by its proportions.
struct CarShape {
  float length, width, height, belt, hood, trunk;  // hood and trunk: metres of body without a cabin
};

CarShape car_shape(Rng& rng) {
  constexpr CarShape kShapes[] = {{4.5f, 1.76f, 1.44f, 0.92f, 1.25f, 0.75f},   // saloon
                                  {3.9f, 1.68f, 1.48f, 0.95f, 0.95f, 0.08f},   // hatchback
                                  {4.6f, 1.78f, 1.49f, 0.94f, 1.2f, 0.05f},    // estate
                                  {4.6f, 1.86f, 1.72f, 1.08f, 1.15f, 0.05f},   // off-roader
                                  {4.7f, 1.86f, 1.92f, 1.12f, 0.65f, 0.02f}};  // people carrier
  CarShape shape = kShapes[rng.below(5)];
  const float scale = rng.uniform(0.95f, 1.04f);
  shape.length *= scale;
  shape.height *= rng.uniform(0.96f, 1.04f);
  return shape;
}

void add_bus(ObjectBuilder& b, Rng& rng) {
  const float length = rng.uniform(9.5f, 12.0f), height = rng.uniform(2.9f, 3.2f);
  const Surface paint = coach_paint(rng);
  b.box({0, 0, 0.75f}, {length, 2.5f, 0.9f}, paint);
  Primitive& windows = b.box({0, 0, 0.5f * (1.2f + height - 0.35f)},
                             {length - 0.06f, 2.44f, height - 1.55f}, glass());
  windows.surface.drop = 0.35f;
  for (float x = -0.5f * length + 0.1f; x < 0.5f * length; x += 1.6f)
    b.box({x, 0, 0.5f * (1.2f + height - 0.35f)}, {0.14f, 2.5f, height - 1.55f}, paint);
  b.box({0, 0, height - 0.18f}, {length, 2.5f, 0.36f}, paint);
  add_wheels(b, 0.5f * length - 2.6f, -0.5f * length + 3.0f, 1.24f, 0.48f, 0.28f);
}

void add_caravan(ObjectBuilder& b, Rng& rng) {
  const float length = rng.uniform(4.2f, 6.0f);
  b.tapered_box({0, 0, 1.5f}, {length, 2.2f, 2.1f}, coach_paint(rng), 0.5f, 0.25f, 0.05f);
  b.box({0.5f * length + 0.5f, 0, 0.55f}, {1.1f, 0.12f, 0.1f}, metal());
  b.cylinder({0.2f, -1.05f, 0.34f}, {0.2f, -0.85f, 0.34f}, 0.34f, rubber());
  b.cylinder({0.2f, 0.85f, 0.34f}, {0.2f, 1.05f, 0.34f}, 0.34f, rubber());
}

void add_trailer(ObjectBuilder& b, Rng& rng) {
  const float length = rng.uniform(2.6f, 4.5f), bed = rng.uniform(0.65f, 0.85f);
  const Surface steel = metal();
  b.box({0, 0, bed}, {length, 1.7f, 0.1f}, steel);
  const float wall = rng.uniform(0.3f, 0.8f);
  for (const float side : {-0.83f, 0.83f})
    b.box({0, side, bed + 0.5f * wall}, {length, 0.05f, wall}, steel);
  for (const float end : {-0.5f, 0.5f})
    b.box({end * length, 0, bed + 0.5f * wall}, {0.05f, 1.7f, wall}, steel);
  b.box({0, 0, bed + 0.3f * wall}, {0.9f * length, 1.5f, 0.5f * wall}, wood());
  b.box({0.5f * length + 0.6f, 0, 0.5f}, {1.3f, 0.1f, 0.1f}, steel);
  b.cylinder({-0.2f, -0.98f, 0.33f}, {-0.2f, -0.8f, 0.33f}, 0.33f, rubber());
  b.cylinder({-0.2f, 0.8f, 0.33f}, {-0.2f, 0.98f, 0.33f}, 0.33f, rubber());
}

void add_tractor(ObjectBuilder& b, Rng& rng) {
  const Surface paint = coach_paint(rng);
  b.box({1.0f, 0, 1.15f}, {2.0f, 0.8f, 0.8f}, paint);
  b.box({-0.7f, 0, 0.95f}, {1.5f, 1.1f, 0.6f}, paint);
  Primitive& cab = b.tapered_box({-0.7f, 0, 2.0f}, {1.5f, 1.5f, 1.5f}, glass(), 0.2f, 0.1f, 0.12f);
  cab.surface.drop = 0.4f;
  b.box({-0.7f, 0, 2.78f}, {1.6f, 1.5f, 0.14f}, paint);
  for (const float side : {-1.0f, 1.0f}) {
    b.cylinder({-0.9f, side * 0.6f, 0.8f}, {-0.9f, side * 1.08f, 0.8f}, 0.8f, rubber());
    b.cylinder({1.5f, side * 0.55f, 0.48f}, {1.5f, side * 0.9f, 0.48f}, 0.48f, rubber());
  }
  if (rng.uniform() < 0.5f) b.box({2.6f, 0, 0.8f}, {0.7f, 2.0f, 0.8f}, metal());  // front loader
}

}  // namespace

void add_car(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kCar, instance));
  const CarShape shape = car_shape(rng);
  const Surface paint = car_paint(rng);
  const float clearance = shape.height > 1.6f ? 0.26f : 0.2f,
              radius = shape.height > 1.6f ? 0.36f : 0.31f;
  b.tapered_box({0, 0, 0.5f * (clearance + shape.belt)},
                {shape.length, shape.width, shape.belt - clearance}, paint, 0.12f, 0.08f, 0.06f);
  const float front = 0.5f * shape.length - shape.hood, back = -0.5f * shape.length + shape.trunk;
  Primitive& cabin =
      b.tapered_box({0.5f * (front + back), 0, 0.5f * (shape.belt + shape.height - 0.05f)},
                    {front - back, shape.width - 0.1f, shape.height - 0.05f - shape.belt}, glass(),
                    shape.hood > 0.8f ? 0.62f : 0.35f, shape.trunk > 0.3f ? 0.5f : 0.2f, 0.13f);
  cabin.surface.drop = 0.45f;
  const float roof_front = front - (shape.hood > 0.8f ? 0.55f : 0.3f);
  const float roof_back = back + (shape.trunk > 0.3f ? 0.45f : 0.15f);
  b.box({0.5f * (roof_front + roof_back), 0, shape.height - 0.03f},
        {roof_front - roof_back, shape.width - 0.36f, 0.06f}, paint);
  add_wheels(b, 0.31f * shape.length, -0.29f * shape.length, 0.5f * shape.width + 0.01f, radius,
             0.22f);
  for (const float side : {-1.0f, 1.0f})
    b.box({front - 0.25f, side * (0.5f * shape.width + 0.08f), shape.belt + 0.05f},
          {0.12f, 0.16f, 0.12f}, paint);
  Primitive& plate =
      b.box({-0.5f * shape.length - 0.005f, 0, 0.6f}, {0.02f, 0.5f, 0.12f}, sign_foil());
  plate.surface.remission = 0.85f;
}

void add_truck(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kTruck, instance));
  const float length = rng.uniform(6.2f, 9.8f), width = rng.uniform(2.2f, 2.5f);
  const float cab_length = rng.uniform(1.7f, 2.2f), cab_height = rng.uniform(2.4f, 3.0f);
  const float front = 0.5f * length, cab_back = front - cab_length, bed = rng.uniform(0.95f, 1.15f);
  const Surface paint = truck_paint(rng);
  b.box({front - 0.5f * cab_length, 0, 0.5f * (0.45f + 1.5f)}, {cab_length, width - 0.1f, 1.05f},
        paint);
  Primitive& cab =
      b.tapered_box({front - 0.5f * cab_length, 0, 0.5f * (1.5f + cab_height)},
                    {cab_length, width - 0.12f, cab_height - 1.5f}, paint, 0.25f, 0.0f, 0.08f);
  cab.surface.drop = 0.12f;
  const float load = cab_back - 0.25f + front;  // length of what is behind the cab
  const float middle = 0.5f * (cab_back - 0.25f - front);
  b.box({middle, 0, bed - 0.12f}, {load, 0.9f, 0.24f}, metal());
  const float kind = rng.uniform();
  if (kind < 0.6f) {  // box
    const float height = rng.uniform(3.1f, 3.7f);
    b.box({middle, 0, 0.5f * (bed + height)}, {load, width, height - bed}, truck_paint(rng));
  } else if (kind < 0.8f) {  // tipper, half full
    const Surface steel = truck_paint(rng);
    for (const float side : {-0.5f, 0.5f})
      b.box({middle, side * (width - 0.08f), bed + 0.45f}, {load, 0.08f, 0.9f}, steel);
    for (const float end : {-0.5f, 0.5f})
      b.box({middle + end * (load - 0.08f), 0, bed + 0.45f}, {0.08f, width, 0.9f}, steel);
    b.tapered_box({middle, 0, bed + 0.45f}, {load - 0.1f, width - 0.2f, 0.9f}, gravel(), 0.8f, 0.8f,
                  0.6f);
  } else {  // tank
    b.box({middle, 0, bed + 0.1f}, {load, 1.4f, 0.2f}, metal());
    b.cylinder({middle - 0.5f * load, 0, bed + 1.05f}, {middle + 0.5f * load, 0, bed + 1.05f},
               0.92f, paint);
  }
  add_wheels(b, front - 0.9f, -front + 1.5f, 0.5f * width - 0.02f, 0.48f, 0.32f);
  if (length > 8.5f)
    add_wheels(b, -front + 2.7f, -front + 2.7f, 0.5f * width - 0.02f, 0.48f, 0.32f);
}

void add_other_vehicle(Scene& scene, const Spot& spot, std::uint32_t instance, bool moving,
                       Rng& rng) {
  ObjectBuilder b(scene, spot.at, spot.yaw, label_of(kOtherVehicle, instance));
  const float kind = rng.uniform();
  if (kind < (moving ? 0.7f : 0.3f)) add_bus(b, rng);
  else if (moving || kind < 0.5f) add_tractor(b, rng);
  else if (kind < 0.75f) add_caravan(b, rng);
  else add_trailer(b, rng);
}

}  // namespace lsk3d::simulator
