// SPDX-License-Identifier: MIT
// Pictures of scans whose points are labelled.
#pragma once
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/image.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/models/sensor_settings.h"

namespace lsk3d {

struct BirdEyeSettings {
  double half_extent = 50;  // metres from the sensor to each edge
  int size = 900;           // pixels along each edge, 16 to 8192
};
/// The scan from above, forward is up and left is left; what lies higher hides what is below.
/// `points` f32 [N, >= 3] in metres, `classes` i32 [N] training classes of `labels`. Throws
/// UsageError on settings outside their range or tensors of other shapes, DataError on a class that
/// is not in the map.
Image draw_bird_eye(const Tensor& points, const Tensor& classes, const LabelMap& labels,
                    const BirdEyeSettings& settings = {});

struct SensorViewSettings {
  int columns = 1800;  // around, 16 to 8192
  int rows = 56;       // 1 to 1024, from fov_up to fov_down
  int row_height = 6;  // pixels, 1 to 64
  double fov_up = 4, fov_down = -25.5;  // degrees above the horizon
};
/// What shows all that `sensor` sees with a margin, at the same degrees a row.
SensorViewSettings sensor_view(const SensorSettings& sensor);
/// The scan as the sensor sees it: straight ahead in the middle, left to the left; the nearest
/// point of a cell wins, far ones are darker.
Image draw_range_image(const Tensor& points, const Tensor& classes, const LabelMap& labels,
                       const SensorViewSettings& settings = {});

/// The classes that occur, as coloured squares with their names, in rows of at most `width` pixels.
Image draw_legend(const Tensor& classes, const LabelMap& labels, int width);

/// Pictures below one another, centred, `gap` pixels apart.
Image stack_pictures(const std::vector<Image>& pictures, int gap = 8);

/// One colouring of a scan's points in the viewer.
struct ViewerLayer {
  std::string name;  // "label", "prediction"
  Tensor classes;    // i32 [N]
};
/// A page that shows the points in a browser, turned with the mouse, without loading anything else.
/// `points` f32 [N, 4]; beside the layers it offers colours by height and by remission.
std::string viewer_page(const std::string& title, const Tensor& points,
                        const std::vector<ViewerLayer>& layers, const LabelMap& labels);

}  // namespace lsk3d
