// SPDX-License-Identifier: MIT
#include "lsk3d/engine/prediction_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <limits>

#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/io/coloured_cloud.h"
#include "lsk3d/io/npy.h"
#include "lsk3d/io/pcd.h"
#include "lsk3d/io/ply.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kNames{"label", "npy", "ply", "pcd"};

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The index of a name in kNames, or their number.
std::size_t index_of(const std::string& name) {
  return static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), lower_case(name)) -
                                  kNames.begin());
}

ColouredCloud coloured(const Scan& scan, const Tensor& classes, const LabelMap& labels) {
  constexpr float kNowhere = std::numeric_limits<float>::quiet_NaN();
  ColouredCloud cloud;
  cloud.points = Tensor::zeros({scan.file_points, 4});
  cloud.rgb = Tensor::empty({scan.file_points, 3}, DType::u8);
  cloud.labels = labels.raw_of(classes);
  float* points = cloud.points.data<float>();
  std::uint8_t* rgb = cloud.rgb.data<std::uint8_t>();
  const auto of_row = classes.span<std::int32_t>();
  for (std::size_t row = 0; row < of_row.size(); ++row) {
    std::fill_n(points + 4 * row, 3, kNowhere);
    std::copy_n(labels.colors[static_cast<std::size_t>(of_row[row])].begin(), 3, rgb + 3 * row);
  }
  const auto kept = scan.kept.span<std::int32_t>();
  for (std::size_t i = 0; i < kept.size(); ++i)
    std::copy_n(scan.points.data<float>() + 4 * i, 4,
                points + 4 * static_cast<std::size_t>(kept[i]));
  return cloud;
}

}  // namespace

PredictionFormat parse_prediction_format(const std::string& name, const std::string& what) {
  const std::size_t index = index_of(name);
  LSK3D_CHECK(index < kNames.size(), UsageError, what, ": expected label, npy, ply or pcd, found '",
              name, "'", did_you_mean(name, {kNames.begin(), kNames.end()}));
  return static_cast<PredictionFormat>(index);
}

PredictionFormat prediction_format_of(const std::string& path, const std::string& what) {
  const std::string ending = fs::path(path).extension().string();
  const std::size_t index = index_of(ending.substr(std::min<std::size_t>(ending.size(), 1)));
  LSK3D_CHECK(index < kNames.size(), UsageError, what, " ", path,
              ": expected a file that ends in .label or .npy (ids), .ply or .pcd (coloured cloud), "
              "or a folder, with / at its end where it is to be made; found '",
              ending, "'");
  return static_cast<PredictionFormat>(index);
}

std::string ending_of(PredictionFormat format) {
  return std::string(".") + kNames[static_cast<std::size_t>(format)];
}

void write_prediction(const std::string& path, PredictionFormat format, const Scan& scan,
                      const Tensor& classes, const LabelMap& labels) {
  LSK3D_ASSERT(classes.numel() == scan.file_points, classes.numel(), " classes for ",
               scan.file_points, " points of ", scan.path);
  switch (format) {
    case PredictionFormat::label:
      return write_labels(path, labels.raw_of(classes));
    case PredictionFormat::npy:
      return write_npy(path, labels.raw_of(classes));
    case PredictionFormat::ply:
      return write_ply(path, coloured(scan, classes, labels));
    case PredictionFormat::pcd:
      return write_pcd(path, coloured(scan, classes, labels));
  }
}

std::int64_t predicted_points(const std::string& path, PredictionFormat format) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return -1;
  try {
    switch (format) {
      case PredictionFormat::label:
        return read_labels(path).dim(0);
      case PredictionFormat::npy:
        return read_npy(path).numel();
      case PredictionFormat::ply:
        return read_ply(path).points();
      case PredictionFormat::pcd:
        return read_pcd(path).points();
    }
  } catch (const DataError&) {
  }
  return -1;
}

}  // namespace lsk3d
