// SPDX-License-Identifier: MIT
#include "lsk3d/autograd/op_trace.h"

namespace lsk3d {
namespace {

thread_local OpTrace* current_trace = nullptr;

}  // namespace

OpTrace::OpTrace() : before_(current_trace) { current_trace = this; }

OpTrace::~OpTrace() { current_trace = before_; }

OpTrace* OpTrace::current() { return current_trace; }

}  // namespace lsk3d
