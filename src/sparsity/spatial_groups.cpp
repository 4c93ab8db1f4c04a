// SPDX-License-Identifier: MIT
#include "spatial_groups.h"

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

std::string list(const std::vector<int>& cuts) {
  std::string text = "[";
  for (std::size_t i = 0; i < cuts.size(); ++i) text += (i ? ", " : "") + std::to_string(cuts[i]);
  return text + "]";
}

bool cuts_cover(const std::vector<int>& cuts, std::int64_t extent) {
  if (cuts.size() < 2 || cuts.front() != 0 || cuts.back() != extent) return false;
  for (std::size_t i = 1; i < cuts.size(); ++i)
    if (cuts[i] <= cuts[i - 1]) return false;
  return true;
}

}  // namespace

std::vector<SpatialGroup> make_spatial_groups(const std::array<std::int64_t, 3>& kernel,
                                              const std::vector<int>& cuts,
                                              const std::string& layer) {
  for (std::int64_t extent : kernel)
    LSK3D_CHECK(cuts_cover(cuts, extent), UsageError,
                "sds.partition: expected rising cuts from 0 to the kernel size ", extent, " of '",
                layer, "', found ", list(cuts));
  std::vector<SpatialGroup> groups;
  const std::size_t parts = cuts.size() - 1;
  for (std::size_t z = 0; z < parts; ++z)
    for (std::size_t y = 0; y < parts; ++y)
      for (std::size_t x = 0; x < parts; ++x) {
        SpatialGroup group;
        group.extent = {cuts[z + 1] - cuts[z], cuts[y + 1] - cuts[y], cuts[x + 1] - cuts[x]};
        for (std::int64_t kz = cuts[z]; kz < cuts[z + 1]; ++kz)
          for (std::int64_t ky = cuts[y]; ky < cuts[y + 1]; ++ky)
            for (std::int64_t kx = cuts[x]; kx < cuts[x + 1]; ++kx)
              group.offsets.push_back(
                  static_cast<std::int32_t>((kz * kernel[1] + ky) * kernel[2] + kx));
        groups.push_back(std::move(group));
      }
  return groups;
}

}  // namespace lsk3d
