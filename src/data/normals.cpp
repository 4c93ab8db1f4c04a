// SPDX-License-Identifier: MIT
#include "lsk3d/data/normals.h"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "depth_completion.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/data/range_image.h"

namespace lsk3d {
namespace {

using Vec3 = std::array<float, 3>;

/// Four numbers per pixel: x, y, z and 1 of its nearest point, all −1 where no point fell.
std::vector<float> vertex_image(const RangeImage& image, const Tensor& points) {
  const auto pixels = static_cast<std::size_t>(image.nearest.numel());
  const std::int32_t* nearest = image.nearest.data<std::int32_t>();
  const float* p = points.data<float>();
  const std::int64_t stride = points.dim(1);
  std::vector<float> vertices(pixels * 4, -1.0f);
  for (std::size_t i = 0; i < pixels; ++i) {
    if (nearest[i] < 0) continue;
    std::copy_n(p + nearest[i] * stride, 3, vertices.begin() + static_cast<std::ptrdiff_t>(4 * i));
    vertices[4 * i + 3] = 1;
  }
  return vertices;
}

/// Puts the point at the filled depth along the pixel's centre ray where no point fell.
void fill_vertices(const RangeImage& image, const float* depth, std::vector<float>& vertices) {
  const int h = image.sensor.rows, w = image.sensor.columns;
  constexpr float kPi = std::numbers::pi_v<float>;
  std::vector<std::array<float, 2>> heading(static_cast<std::size_t>(w));
  for (int x = 0; x < w; ++x) {
    const float yaw = -kPi * (2 * (static_cast<float>(x) + 0.5f) / static_cast<float>(w) - 1);
    heading[static_cast<std::size_t>(x)] = {std::cos(yaw), std::sin(yaw)};
  }
  const float down = -image.sensor.fov_down, up = image.sensor.fov_up;
  for (int y = 0; y < h; ++y) {
    const float pitch =
        ((1 - (static_cast<float>(y) + 0.5f) / static_cast<float>(h)) * (up + down) - down) / 180 *
        kPi;
    const float level = std::cos(pitch), rise = std::sin(pitch);
    for (int x = 0; x < w; ++x) {
      const std::size_t at =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x);
      if (image.nearest.data<std::int32_t>()[at] >= 0) continue;
      const auto [c, s] = heading[static_cast<std::size_t>(x)];
      vertices[4 * at] = depth[at] * level * c;
      vertices[4 * at + 1] = depth[at] * level * s;
      vertices[4 * at + 2] = depth[at] * rise;
    }
  }
}

/// (p, right, below) -> unit vector along below × right; zero where they span no plane.
Vec3 normal_of(const float* p, const float* right, const float* below) {
  Vec3 u, v;
  for (std::size_t k = 0; k < 3; ++k) u[k] = right[k] - p[k], v[k] = below[k] - p[k];
  const float u_norm = std::sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2]);
  const float v_norm = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  for (std::size_t k = 0; k < 3; ++k) u[k] /= u_norm, v[k] /= v_norm;
  const Vec3 n{v[1] * u[2] - v[2] * u[1], v[2] * u[0] - v[0] * u[2], v[0] * u[1] - v[1] * u[0]};
  const float norm = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
  if (!(norm > 0)) return {0, 0, 0};  // also where a neighbour coincides: 0 / 0
  return {n[0] / norm, n[1] / norm, n[2] / norm};
}

/// One normal per pixel from `stride` numbers per vertex.
std::vector<Vec3> normal_image(const std::vector<float>& vertices, std::size_t stride,
                               const float* depth, int h, int w) {
  std::vector<Vec3> normals(static_cast<std::size_t>(h) * static_cast<std::size_t>(w));
  for (int y = 0; y + 1 < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const auto at = static_cast<std::size_t>(y * w + x);
      const auto right = static_cast<std::size_t>(y * w + (x + 1 == w ? 0 : x + 1));
      const std::size_t below = at + static_cast<std::size_t>(w);
      if (!(depth[at] > 0 && depth[right] > 0 && depth[below] > 0)) continue;
      normals[at] = normal_of(vertices.data() + stride * at, vertices.data() + stride * right,
                              vertices.data() + stride * below);
    }
  }
  return normals;
}

/// The last row has nothing below it and takes the normals of the row above.
void repeat_last_row(std::vector<Vec3>& normals, int w) {
  const auto width = static_cast<std::ptrdiff_t>(w);
  if (normals.size() >= 2 * static_cast<std::size_t>(w))
    std::copy(normals.end() - 2 * width, normals.end() - width, normals.end() - width);
}

}  // namespace

NormalsMode parse_normals_mode(const std::string& name) {
  if (name == "none") return NormalsMode::none;
  if (name == "range_image") return NormalsMode::range_image;
  if (name == "reference") return NormalsMode::reference;
  throw UsageError(str_cat("normals: expected none, range_image or reference, found '", name, "'",
                           did_you_mean(name, {"none", "range_image", "reference"})));
}

Tensor compute_normals(const Tensor& points, NormalsMode mode, const SensorSettings& sensor) {
  LSK3D_CHECK(points.rank() == 2 && points.dim(1) >= 3, UsageError,
              "normals: expected points [N, 4], found ", to_string(points.shape()));
  Tensor out = Tensor::zeros({points.dim(0), 3});
  if (mode == NormalsMode::none || points.dim(0) == 0) return out;
  const RangeImage image = project_to_range(points, sensor);
  const int h = image.sensor.rows, w = image.sensor.columns;
  const Tensor filled = complete_depth(image.depth);
  const float* depth = filled.data<float>();
  std::vector<float> vertices = vertex_image(image, points);
  std::vector<Vec3> normals;
  if (mode == NormalsMode::reference) {
    // The published weights saw normals of this buffer read as if it held three numbers a pixel.
    normals = normal_image(vertices, 3, depth, h, w);
  } else {
    fill_vertices(image, depth, vertices);
    normals = normal_image(vertices, 4, depth, h, w);
    repeat_last_row(normals, w);
  }
  const std::int32_t* pixel = image.pixel.data<std::int32_t>();
  const float* p = points.data<float>();
  const std::int64_t stride = points.dim(1);
  float* to = out.data<float>();
  for (std::int64_t i = 0; i < points.dim(0); ++i, to += 3, p += stride) {
    const Vec3& n = normals[static_cast<std::size_t>(pixel[i])];
    const bool away =
        mode == NormalsMode::range_image && n[0] * p[0] + n[1] * p[1] + n[2] * p[2] > 0;
    for (std::size_t k = 0; k < 3; ++k) to[k] = away ? -n[k] : n[k];
  }
  return out;
}

}  // namespace lsk3d
