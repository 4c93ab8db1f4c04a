// SPDX-License-Identifier: MIT
// Where the parity goldens lie. tests/golden/ always exists (some files gzipped to keep the
// repository small); goldens that hold real scans lie in $LSK3D_SHARED or ../shared.
#pragma once
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace lsk3d::testing_support {

/// Path of tests/golden/<name>; a gzipped file is unpacked into the build folder first.
inline std::string golden_path(const std::string& name) {
  namespace fs = std::filesystem;
  const fs::path plain = fs::path(LSK3D_SOURCE_DIR) / "tests" / "golden" / name;
  if (fs::exists(plain)) return plain.string();
  const fs::path target = fs::path(LSK3D_BINARY_DIR) / "golden" / name;
  if (fs::exists(target)) return target.string();
  fs::create_directories(target.parent_path());
  gzFile in = gzopen((plain.string() + ".gz").c_str(), "rb");
  if (!in) throw std::runtime_error("no golden " + plain.string() + "[.gz]");
  // Tests run side by side: unpack under a name of this process, then rename.
  const fs::path partial = target.string() + "." + std::to_string(std::hash<std::string>{}(
                               std::to_string(reinterpret_cast<std::uintptr_t>(&in)) +
                               std::to_string(::getpid())));
  std::ofstream out(partial, std::ios::binary);
  char buffer[1 << 16];
  for (int n; (n = gzread(in, buffer, sizeof buffer)) > 0;) out.write(buffer, n);
  gzclose(in);
  out.close();
  fs::rename(partial, target);
  return target.string();
}

/// Folder with the goldens and scans that are not part of the repository; "" where there is none.
inline std::string shared_dir() {
  namespace fs = std::filesystem;
  if (const char* dir = std::getenv("LSK3D_SHARED")) return fs::exists(dir) ? dir : "";
  const fs::path beside = fs::path(LSK3D_SOURCE_DIR) / ".." / "shared";
  return fs::exists(beside) ? fs::canonical(beside).string() : "";
}

}  // namespace lsk3d::testing_support

/// Skips the current test where the folder of real scans and their goldens is missing.
#define LSK3D_REQUIRE_SHARED(variable)                                                        \
  const std::string variable = ::lsk3d::testing_support::shared_dir();                        \
  if (variable.empty())                                                                       \
    GTEST_SKIP() << "needs real scans: set LSK3D_SHARED or place them in " LSK3D_SOURCE_DIR \
                    "/../shared"
