// SPDX-License-Identifier: MIT
// golden_model_test FILE…: checks model goldens and prints the relative errors. Exit code 0 where
// all are within tolerance, 1 where not, 2 or 3 where a file cannot be used.
#include <cstdio>
#include <exception>

#include "lsk3d/core/error.h"
#include "models/golden_check.h"

namespace {

bool check(const char* path) {
  bool ok = true;
  std::printf("%s\n", path);
  for (const auto& c : lsk3d::testing_support::check_golden(path)) {
    std::printf("  %-6s %-60s %9.2e  (at most %.0e)\n", c.ok() ? "ok" : "FAILED", c.what.c_str(),
                c.error, c.tolerance);
    ok &= c.ok();
  }
  return ok;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: golden_model_test FILE…\n");
    return 2;
  }
  bool ok = true;
  try {
    for (int i = 1; i < argc; ++i) ok &= check(argv[i]);
  } catch (const lsk3d::Error& e) {
    std::fprintf(stderr, "golden_model_test: %s\n", e.what());
    return e.exit_code();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "golden_model_test: not a model golden: %s\n", e.what());
    return 3;
  }
  std::printf("%s\n", ok ? "all within tolerance" : "FAILED");
  return ok ? 0 : 1;
}
