// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <type_traits>

#include "lsk3d/core/error.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

// The table is function pointers and nothing else: a new entry is checked without being named here.
static_assert(std::is_trivially_copyable_v<Kernels>);
static_assert(sizeof(Kernels) % sizeof(void (*)()) == 0);

TEST(KernelTable, OfTheCpuHasNoHole) {
  const Kernels& table = cpu_kernels();
  for (std::size_t i = 0; i < sizeof(Kernels); i += sizeof(void (*)())) {
    std::uintptr_t entry = 0;
    std::memcpy(&entry, reinterpret_cast<const char*>(&table) + i, sizeof entry);
    EXPECT_NE(entry, 0u) << "entry " << i / sizeof(void (*)()) << " of struct Kernels is null";
  }
}

TEST(KernelTable, IsFoundByDevice) { EXPECT_EQ(&kernels(Device::cpu()), &cpu_kernels()); }

TEST(KernelTable, OfADeviceThatIsNotThereSaysWhichAndWhatToDo) {
  try {
    kernels(Device::cuda(63));  // more than any machine has
    FAIL() << "expected DeviceError";
  } catch (const DeviceError& e) {
    EXPECT_NE(std::string(e.what()).find("cuda:63"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("--device cpu"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace lsk3d
