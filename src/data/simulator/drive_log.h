// SPDX-License-Identifier: MIT
// The text files of a KITTI odometry sequence.
#pragma once
#include <string>

#include "lsk3d/data/simulator/street_simulator.h"

namespace lsk3d {

/// calib.txt: P0 to P3 and Tr, which takes the sensor's frame to the camera's (x right, y down, z
/// ahead).
std::string calibration_text();
/// poses.txt: for each scan the 3x4 matrix from its camera frame to that of the first scan.
std::string poses_text(const StreetSimulator& street, int scans);
/// times.txt: seconds since the first scan.
std::string times_text(int scans);

}  // namespace lsk3d
