// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/spatial_partition.h"

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

bool cuts_cover(const std::vector<int>& cuts, int extent) {
  if (cuts.size() < 2 || cuts.front() != 0 || cuts.back() != extent) return false;
  for (std::size_t i = 1; i < cuts.size(); ++i)
    if (cuts[i] <= cuts[i - 1]) return false;
  return true;
}

std::string list(const std::vector<int>& cuts) {
  std::string text = "[";
  for (std::size_t i = 0; i < cuts.size(); ++i) text += (i ? ", " : "") + std::to_string(cuts[i]);
  return text + "]";
}

}  // namespace

SpatialPartition::SpatialPartition(KernelSize kernel, const std::vector<int>& cuts,
                                   const std::string& what)
    : kernel_(kernel), parts_(static_cast<int>(cuts.size()) - 1), start_{0} {
  for (const int extent : {kernel.z, kernel.y, kernel.x})
    LSK3D_CHECK(cuts_cover(cuts, extent), UsageError, what,
                ": expected rising cuts from 0 to the kernel size ", extent, ", found ",
                list(cuts));
  for (std::size_t z = 1; z < cuts.size(); ++z)
    for (std::size_t y = 1; y < cuts.size(); ++y)
      for (std::size_t x = 1; x < cuts.size(); ++x) {
        for (int kz = cuts[z - 1]; kz < cuts[z]; ++kz)
          for (int ky = cuts[y - 1]; ky < cuts[y]; ++ky)
            for (int kx = cuts[x - 1]; kx < cuts[x]; ++kx)
              offsets_.push_back((kz * kernel.y + ky) * kernel.x + kx);
        start_.push_back(static_cast<std::int32_t>(offsets_.size()));
      }
}

}  // namespace lsk3d
