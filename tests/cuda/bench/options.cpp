// SPDX-License-Identifier: MIT
#include "options.h"

#include <cstdio>
#include <cstdlib>

#include "lsk3d/core/check.h"

namespace lsk3d::cuda_bench {
namespace {

constexpr const char* kUsage =
    "lsk3d_cuda_bench [--scan FILE.bin] [--points N] [--kernel K] [--channels C] [--scales N]\n"
    "                 [--seconds S] [--json FILE]\n"
    "  --scan FILE.bin  points of x y z remission; without it a made-up scan of --points points\n"
    "  --scales N       of voxels of 5, 10, 20 and 40 cm the first N\n"
    "  --seconds S      for each line (default: 0.3)\n";

}  // namespace

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help" || name == "-h") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    }
    LSK3D_CHECK(i + 1 < argc, UsageError, name, ": expected an option and its value; see --help");
    const char* value = argv[++i];
    if (name == "--scan") o.scan = value;
    else if (name == "--json") o.json = value;
    else if (name == "--points") o.points = std::atoll(value);
    else if (name == "--kernel") o.kernel = std::atoi(value);
    else if (name == "--channels") o.channels = std::atoi(value);
    else if (name == "--scales") o.scales = std::atoi(value);
    else if (name == "--seconds") o.seconds = std::atof(value);
    else throw UsageError("unknown option '" + name + "'; see --help");
  }
  LSK3D_CHECK(o.points >= 1 && o.channels >= 1 && o.scales >= 1 && o.scales <= 4 && o.kernel >= 1 &&
                  o.kernel % 2 == 1,
              UsageError,
              "expected an odd kernel, 1 to 4 scales, and points and channels above 0; see --help");
  return o;
}

}  // namespace lsk3d::cuda_bench
