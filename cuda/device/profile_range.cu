// SPDX-License-Identifier: MIT
#include "lsk3d/core/profile_range.h"

#include <nvtx3/nvToolsExt.h>

namespace lsk3d {

ProfileRange::ProfileRange(const char* name) { nvtxRangePushA(name); }
ProfileRange::~ProfileRange() { nvtxRangePop(); }

}  // namespace lsk3d
