// SPDX-License-Identifier: MIT
#include "include_rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace lsk3d::house {
namespace {

namespace fs = std::filesystem;

const std::string kTop = "// SPDX-License-Identifier: MIT\n";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The files the rules are for, relative to the repository.
std::vector<std::string> source_files() {
  const fs::path root = LSK3D_SOURCE_DIR;
  std::vector<std::string> files;
  for (const char* folder : {"include", "src", "cuda", "tools", "tests", "third_party"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string ending = entry.path().extension().string();
      if (ending == ".h" || ending == ".cpp" || ending == ".cu" || ending == ".cuh" || ending == ".sh" ||
          ending == ".cmake" || entry.path().filename() == "CMakeLists.txt")
        files.push_back(fs::relative(entry.path(), root).generic_string());
    }
  }
  return files;
}

TEST(IncludeRules, TheSourcesKeepThem) {
  const std::vector<std::string> files = source_files();
  EXPECT_GT(files.size(), 50u) << "the sources were not found under " LSK3D_SOURCE_DIR;
  for (const std::string& file : files)
    for (const std::string& broken : broken_rules(file, read(fs::path(LSK3D_SOURCE_DIR) / file)))
      ADD_FAILURE() << broken;
}

TEST(IncludeRules, EveryLayerExists) {
  EXPECT_GT(layers().size(), 5u) << "layers.txt was not found under " LSK3D_SOURCE_DIR;
  for (const std::string& layer : layers())
    EXPECT_TRUE(fs::is_directory(fs::path(LSK3D_SOURCE_DIR) / "include" / "lsk3d" / layer)) << layer;
}

struct Fixture {
  /// Names the test, the same in every run.
  friend void PrintTo(const Fixture& f, std::ostream* out) { *out << f.path; }

  std::string path, text;
  std::string expected;  // part of the one complaint; "" for a file that keeps the rules
};

class IncludeRulesFixture : public ::testing::TestWithParam<Fixture> {};

TEST_P(IncludeRulesFixture, IsJudgedRightly) {
  const Fixture& f = GetParam();
  const std::vector<std::string> broken = broken_rules(f.path, f.text);
  if (f.expected.empty()) {
    EXPECT_TRUE(broken.empty()) << broken.front();
    return;
  }
  ASSERT_EQ(broken.size(), 1u) << f.path << "\n" << f.text;
  EXPECT_TRUE(broken[0].starts_with(f.path)) << broken[0];
  EXPECT_NE(broken[0].find(f.expected), std::string::npos) << broken[0];
}

INSTANTIATE_TEST_SUITE_P(
    GoodAndBad, IncludeRulesFixture,
    ::testing::Values(
        Fixture{"src/nn/linear.cpp", kTop + "#include \"lsk3d/core/tensor.h\"\n#include <zlib.h>\n", ""},
        Fixture{"src/nn/linear.cpp", kTop + "#include \"lsk3d/nn/linear.h\"\n#include \"rows.h\"\n", ""},
        Fixture{"src/ops/relu.cpp", kTop + "#include \"lsk3d/nn/linear.h\"\n", "climbs to the layer 'nn'"},
        Fixture{"src/ops/relu.cpp", kTop + " #  include <lsk3d/nn/linear.h>\n", ":2: includes lsk3d/nn"},
        Fixture{"include/lsk3d/core/shape.h", kTop + "#pragma once\n#include \"lsk3d/io/file.h\"\n",
                "climbs to the layer 'io'"},
        Fixture{"cuda/conv.cu", kTop + "#include \"lsk3d/kernels/conv.h\"\n", ""},
        Fixture{"cuda/conv.cu", kTop + "#include \"lsk3d/sparse/voxel_grid.h\"\n", "climbs"},
        Fixture{"tools/verb_train.cpp", kTop + "#include \"lsk3d/engine/trainer.h\"\n", ""},
        Fixture{"tests/core/x_test.cpp", kTop + "#include \"lsk3d/engine/trainer.h\"\n", ""},
        Fixture{"src/ops/relu.cpp", kTop + "// #include \"lsk3d/nn/linear.h\"\n", ""},
        Fixture{"src/ops/relu.cpp", kTop + "#include \"../nn/linear.h\"\n", "'..'"},
        Fixture{"src/ops/relu.cpp", kTop + "#include \"lsk3d/util/x.h\"\n", "no layer 'util'"},
        Fixture{"src/util/relu.cpp", kTop, "no layer"},
        Fixture{"include/lsk3d/segmenter.h", kTop + "#pragma once\n#include \"lsk3d/engine/config.h\"\n", ""}));

INSTANTIATE_TEST_SUITE_P(
    PublicHeaders, IncludeRulesFixture,
    ::testing::Values(
        Fixture{"include/lsk3d/io/file.h", kTop + "#pragma once\n#include <string>\n", ""},
        Fixture{"include/lsk3d/io/a.h", kTop + "#pragma once\n#include <yaml-cpp/yaml.h>\n", "yaml-cpp"},
        Fixture{"include/lsk3d/io/a.h", kTop + "#pragma once\n#include <spdlog/spdlog.h>\n", "spdlog"},
        Fixture{"include/lsk3d/io/a.h", kTop + "#pragma once\n#include <Eigen/Dense>\n", "Eigen"},
        Fixture{"include/lsk3d/io/a.h", kTop + "#pragma once\n#include <nlohmann/json.hpp>\n", "nlohmann"},
        Fixture{"include/lsk3d/io/a.h", kTop + "#pragma once\n#include <cuda_runtime.h>\n", "cuda"},
        Fixture{"include/lsk3d/io/a.h", kTop + "#pragma once\n#include \"secret.h\"\n", "secret.h"}));

INSTANTIATE_TEST_SUITE_P(
    Licence, IncludeRulesFixture,
    ::testing::Values(Fixture{"src/io/file.cpp", "#include <string>\n", "SPDX"},
                      Fixture{"src/io/file.cpp", "\n" + kTop, "SPDX"},
                      Fixture{"include/lsk3d/io/file.h", kTop, "#pragma once"},
                      Fixture{"tools/a.sh", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n", ""},
                      Fixture{"src/CMakeLists.txt", "project(x)\n", "SPDX"}));

}  // namespace
}  // namespace lsk3d::house
