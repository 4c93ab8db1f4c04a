// SPDX-License-Identifier: MIT
// How the points of a cloud lie in its file.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lsk3d/io/raw_points.h"

namespace lsk3d {

/// What the ending of a file and the names in it do not say.
struct CloudFormat {
  /// The columns of a .bin or .npy file: names with, behind a colon, the type where it is not f32, as
  /// in "x,y,z,remission,ring:u16"; "_" is passed over. A number n means x,y,z,remission and n − 4
  /// columns that are passed over, "4:f64" the same of float64. auto: four (.bin), five (.pcd.bin),
  /// as many as there are (.npy).
  std::string columns = "auto";
  std::string remission_field = "auto";  // its name in the file; auto: the first known name
  /// What remission is divided by: a number, or auto: 1, 255 or 65535 by what each scan holds.
  std::string remission_scale = "1";
  double raise = 0;  // metres added to z: for a sensor mounted so much higher than the model's

  bool operator==(const CloudFormat&) const = default;
};

/// The columns that `text` names; empty for "auto". Throws UsageError that opens with `what`.
std::vector<RawColumn> parse_columns(const std::string& text, const std::string& what);

/// The number that remission is divided by; nothing for "auto". Throws UsageError that opens with
/// `what` unless it is a number above 0.
std::optional<double> parse_remission_scale(const std::string& text, const std::string& what);

}  // namespace lsk3d
