// SPDX-License-Identifier: MIT
#include "spatial_groups.h"

#include "lsk3d/sparse/spatial_partition.h"

namespace lsk3d {

std::vector<SpatialGroup> make_spatial_groups(const std::array<std::int64_t, 3>& kernel,
                                              const std::vector<int>& cuts,
                                              const std::string& layer) {
  const SpatialPartition partition(
      {static_cast<int>(kernel[0]), static_cast<int>(kernel[1]), static_cast<int>(kernel[2])}, cuts,
      "sds.partition, of '" + layer + "'");
  const OffsetGroups all = partition.view();
  const auto parts = static_cast<std::size_t>(partition.parts());
  const auto extent = [&](std::size_t part) -> std::int64_t { return cuts[part + 1] - cuts[part]; };
  std::vector<SpatialGroup> groups;
  for (std::size_t g = 0; g + 1 < all.start.size(); ++g)
    groups.push_back({{all.offsets.begin() + all.start[g], all.offsets.begin() + all.start[g + 1]},
                      {extent(g / (parts * parts)), extent(g / parts % parts), extent(g % parts)}});
  return groups;
}

}  // namespace lsk3d
