// SPDX-License-Identifier: MIT
#include "lsk3d/ops/precision.h"

namespace lsk3d {
namespace {

thread_local Precision precision_of_thread = Precision::f32;

}  // namespace

PrecisionScope::PrecisionScope(Precision precision) : before_(precision_of_thread) {
  precision_of_thread = precision;
}

PrecisionScope::~PrecisionScope() { precision_of_thread = before_; }

Precision PrecisionScope::current() { return precision_of_thread; }

}  // namespace lsk3d
