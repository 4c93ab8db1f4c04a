// SPDX-License-Identifier: MIT
// A machine without cuBLASLt: our own kernels do everything.
#include "device/blas.h"

#include <stdexcept>

namespace lsk3d::cuda {

struct BlasProduct::Plan {};

bool has_blas() { return false; }
std::string blas_library() { return "cuBLASLt"; }
BlasProduct::BlasProduct(const BlasShape&) {
  throw std::logic_error("no cuBLASLt under emulation");
}
BlasProduct::~BlasProduct() = default;
BlasProduct::BlasProduct(BlasProduct&&) noexcept = default;
void BlasProduct::run(const void*, const void*, const void*, void*) const {}

}  // namespace lsk3d::cuda
