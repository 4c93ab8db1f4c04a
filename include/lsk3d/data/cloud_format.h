// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace lsk3d {

/// How points lie in their files, where the ending and the names in the file do not say it.
struct CloudFormat {
  /// The columns of a .bin or .npy file: names with, behind a colon, the type where it is not f32, as
  /// in "x,y,z,remission,ring:u16"; "_" is passed over. A number n means x,y,z,remission and n − 4
  /// columns that are passed over. auto: four (.bin), five (.pcd.bin), as many as there are (.npy).
  std::string columns = "auto";
  std::string remission_field = "auto";  // its name in the file; auto: the first known name
  /// What remission is divided by: a number, or auto: 1, 255 or 65535 by what each scan holds.
  std::string remission_scale = "1";
};

}  // namespace lsk3d
