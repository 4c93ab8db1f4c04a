// SPDX-License-Identifier: MIT
#include "picture_checks.h"

#include "lsk3d/core/check.h"

namespace lsk3d {

void check_labelled_points(const std::string& who, const Tensor& points, const Tensor& classes,
                           const LabelMap& labels) {
  LSK3D_CHECK(
      points.defined() && points.dtype() == DType::f32 && points.rank() == 2 && points.dim(1) >= 3,
      UsageError, who, ": points: expected f32 [N, >= 3], found ",
      points.defined() ? to_string(points.dtype()) + " " + to_string(points.shape()) : "none");
  LSK3D_CHECK(
      classes.defined() && classes.dtype() == DType::i32 && classes.rank() == 1 &&
          classes.dim(0) == points.dim(0),
      UsageError, who, ": classes: expected i32 [", points.dim(0), "], one for each point, found ",
      classes.defined() ? to_string(classes.dtype()) + " " + to_string(classes.shape()) : "none");
  LSK3D_CHECK(labels.colors.size() == labels.class_names.size(), UsageError, who, ": label map ",
              labels.name, ": expected a colour for each of ", labels.class_names.size(),
              " classes, found ", labels.colors.size());
  for (const std::int32_t c : classes.span<std::int32_t>())
    LSK3D_CHECK(c >= 0 && c < labels.classes(), DataError, who, ": class ", c,
                " is not in label map ", labels.name, ", which has 0 to ", labels.classes() - 1);
}

}  // namespace lsk3d
