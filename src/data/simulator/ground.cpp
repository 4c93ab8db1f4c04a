// SPDX-License-Identifier: MIT
#include "simulator/ground.h"

#include <algorithm>

namespace lsk3d::simulator {
namespace {

constexpr double kJoint = 0.03;   // half of what joins two different profiles
constexpr double kSpacing = 4.0;  // of rows across the street

struct Row {
  double u = 0;
  Profile profile;
  std::array<Vec3, kProfilePoints> corners;
};

std::uint32_t label_of_ground(Ground ground) {
  switch (ground) {
    case Ground::road:
      return kRoad;
    case Ground::parking:
      return kParking;
    case Ground::sidewalk:
      return kSidewalk;
    case Ground::other:
      return kOtherGround;
    case Ground::terrain:
      break;
  }
  return kTerrain;
}

Surface surface_of_ground(Ground ground) {
  switch (ground) {
    case Ground::road:
      return asphalt();
    case Ground::parking:
      return parking_stone();
    case Ground::sidewalk:
      return pavement_stone();
    case Ground::other:
      return gravel();
    case Ground::terrain:
      break;
  }
  return grass();
}

/// Rows wherever the ground changes, and often enough in between to follow bends.
std::vector<double> row_positions(const Lot& lot) {
  std::vector<double> cuts{lot.begin, lot.end};
  if (lot.drive_begin < lot.drive_end) cuts.insert(cuts.end(), {lot.drive_begin, lot.drive_end});
  if (lot.kind == LotKind::side_street) cuts.insert(cuts.end(), {lot.begin + 1.7, lot.end - 1.7});
  std::sort(cuts.begin(), cuts.end());
  std::vector<double> positions;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const double from = cuts[i] + kJoint, to = cuts[i + 1] - kJoint;
    const int pieces = std::max(1, static_cast<int>(std::ceil((to - from) / kSpacing)));
    for (int k = 0; k <= pieces; ++k) positions.push_back(from + (to - from) * k / pieces);
  }
  return positions;
}

/// A triangle whose corners also know their street coordinates (u, v).
void add_patch(Scene& scene, Vec3 a, Vec3 b, Vec3 c, Vec3 street_a, Vec3 street_b, Vec3 street_c,
               Ground ground, float half_width) {
  const Vec3 normal = cross(b - a, c - a);
  const float size = length(normal);
  if (size < 1e-9f) return;
  Primitive p;
  p.form = Form::patch;
  p.label = label_of_ground(ground);
  p.surface = surface_of_ground(ground);
  p.center = a;
  const float up = normal.z < 0 ? -1.0f : 1.0f;
  p.axes = {b - a, c - a, (up / size) * normal};
  if (ground == Ground::road && half_width > 0) {
    p.texture = Texture::lane_marks;
    p.half = {street_a.x, street_a.y, half_width};
    p.inset = {street_b.x - street_a.x, street_c.x - street_a.x, street_b.y - street_a.y};
    p.density = street_c.y - street_a.y;
  }
  scene.push_back(p);
}

}  // namespace

Spot Placement::on_ground(const BlockPlan& plan, double u, float distance, float turn) const {
  const Profile profile = profile_at(path_, plan, plan.lot_at(u), u);
  return {point(u, plan.side * distance, profile.height(distance)),
          static_cast<float>(path_.heading(u)) + turn};
}

Vec3 Placement::point(double u, double v, double height) const {
  const WorldPoint p = path_.at(u, v);
  return {static_cast<float>(p.x - origin_.x), static_cast<float>(p.y - origin_.y),
          static_cast<float>(p.z + height - origin_.z)};
}

void add_ground(Scene& scene, const Placement& place, const BlockPlan& plan) {
  std::vector<Row> rows;
  const auto add_row = [&](const Lot& lot, double u, double shown) {
    Row row{shown, profile_at(place.path(), plan, lot, u), {}};
    for (std::size_t k = 0; k < kProfilePoints; ++k)
      row.corners[k] = place.point(shown, plan.side * row.profile.v[k], row.profile.z[k]);
    rows.push_back(row);
  };
  // The first and last row lie on the block's very ends, so that blocks meet.
  for (const Lot& lot : plan.lots) {
    const std::vector<double> positions = row_positions(lot);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const bool first = &lot == &plan.lots.front() && i == 0;
      const bool last = &lot == &plan.lots.back() && i + 1 == positions.size();
      add_row(lot, positions[i], first ? lot.begin : last ? lot.end : positions[i]);
    }
  }
  const double begin = plan.lots.front().begin;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const Row &a = rows[i], &b = rows[i + 1];
    for (std::size_t k = 0; k + 1 < kProfilePoints; ++k) {
      const auto street = [&](const Row& row, std::size_t at) {
        return Vec3{static_cast<float>(row.u - begin), row.profile.v[at], 0};
      };
      const Ground ground = a.profile.ground[k];
      const float marked = k < 2 ? a.profile.v[2] : 0;  // only the main road is painted
      add_patch(scene, a.corners[k], b.corners[k], a.corners[k + 1], street(a, k), street(b, k),
                street(a, k + 1), ground, marked);
      add_patch(scene, b.corners[k + 1], a.corners[k + 1], b.corners[k], street(b, k + 1),
                street(a, k + 1), street(b, k), ground, marked);
    }
  }
}

}  // namespace lsk3d::simulator
