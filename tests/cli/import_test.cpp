// SPDX-License-Identifier: MIT
// The authors' checkpoints, through the commands a user types.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/expect.h"
#include "cli/process.h"
#include "lsk3d/io/npy.h"
#include "lsk3d/io/safetensors.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

std::vector<std::string> import_of(const std::string& input, const std::string& out) {
  return {"import",
          "--input",
          input,
          "--config",
          tiny_config_path(),
          "--set",
          "model.channels=16",
          "--set",
          "model.kernel_size=5",
          "--set",
          "sds.partition=[0, 2, 3, 5]",
          "--out",
          out};
}

TEST(CliImport, ImportedModelsPredictAndShowTheirSparsity) {
  const ScratchFolder folder("cli_import");
  write_tiny_dataset(folder / "data", {{8, 1}});
  for (const char* name : {"small_zip.pt", "small_legacy.pt", "small_nomask_zip.pt"}) {
    const std::string model = folder / (std::string(name) + ".safetensors");
    const ProcessResult imported = lsk3d(import_of(golden_path(std::string("pt/") + name), model));
    ASSERT_TRUE(ok(imported)) << name;
    EXPECT_EQ(contains(imported.out, "8 masked layers"), !contains(name, "nomask")) << imported.out;
    EXPECT_TRUE(ok(lsk3d({"predict", "--checkpoint", model, "--input",
                          folder / "data/sequences/08/velodyne/000000.bin", "--output",
                          folder / "out.label"})));
    const auto json = nlohmann::json::parse(lsk3d({"inspect", model, "--json"}).out);
    const double sparsity = json.at("sparse_layers").at("sparsity").get<double>();
    EXPECT_TRUE(contains(name, "nomask") || sparsity > 0.1) << sparsity;
    EXPECT_EQ(json.at("model").at("normals"), "reference");
  }
  // Both containers hold the same model.
  EXPECT_TRUE(read_bytes(folder / "small_zip.pt.safetensors") ==
              read_bytes(folder / "small_legacy.pt.safetensors"));
}

TEST(CliImport, NeedsNoConfiguration) {
  const ScratchFolder folder("cli_import_bare");
  const std::string input = golden_path("pt/small_zip.pt");
  const ProcessResult imported =
      lsk3d({"import", "--input", input, "--out", folder / "m.safetensors"});
  ASSERT_TRUE(ok(imported));
  EXPECT_TRUE(contains(imported.out, "8 masked layers")) << imported.out;
  EXPECT_TRUE(contains(imported.err, "20 classes suggest voxels.min [-50, -50, -4]"))
      << imported.err;
  const auto json = nlohmann::json::parse(lsk3d({"inspect", folder / "m.safetensors", "--json"}).out);
  EXPECT_EQ(json.at("model").at("channels"), 16);
  EXPECT_EQ(json.at("model").at("classes"), 20);
  EXPECT_TRUE(fails(lsk3d({"import", "--input", input, "--set", "model.kernel_size=9", "--out",
                           folder / "n.safetensors"}),
                    3, {input, "--set model.kernel_size=9", "5 x 5 x 5"}));
}

TEST(CliImport, AnotherNetworkAndBrokenFilesAreRefused) {
  const ScratchFolder folder("cli_import_wrong");
  const std::string good = golden_path("pt/small_zip.pt");
  auto wide = import_of(good, folder / "m.safetensors");
  wide[6] = "model.channels=32";
  EXPECT_TRUE(fails(lsk3d(wide), 3, {"small_zip.pt", "expected [", "found ["}));
  const std::string bytes = read_bytes(good);
  write_bytes(folder / "cut.pt", bytes.data(), bytes.size() / 2);
  EXPECT_TRUE(fails(lsk3d(import_of(folder / "cut.pt", folder / "m.safetensors")), 3, {"cut.pt"}));
  write_text(folder / "text.pt", "not a checkpoint");
  EXPECT_TRUE(
      fails(lsk3d(import_of(folder / "text.pt", folder / "m.safetensors")), 3, {"text.pt"}));
  write_text(folder / "empty.pt", "");
  EXPECT_TRUE(
      fails(lsk3d(import_of(folder / "empty.pt", folder / "m.safetensors")), 3, {"empty.pt"}));
  EXPECT_TRUE(
      fails(lsk3d(import_of(folder / "absent.pt", folder / "m.safetensors")), 3, {"absent.pt"}));
  EXPECT_FALSE(std::filesystem::exists(folder / "m.safetensors"));
}

TEST(CliImport, PredictionsOfARealScanEqualTheReleases) {
  LSK3D_REQUIRE_SHARED(shared);
  const ScratchFolder folder("cli_e2e");
  ASSERT_TRUE(ok(lsk3d({"import", "--input", shared + "/goldens/e2e/official.pt", "--out",
                        folder / "m.safetensors"})));
  ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", folder / "m.safetensors", "--input",
                        shared + "/data/semantickitti/sequences/00/velodyne/000000.bin", "--output",
                        folder / "out.label", "--save-logits", folder / "logits.npy"})));
  const TensorFile expected = read_safetensors(shared + "/goldens/e2e/expected.safetensors");
  const Tensor logits = read_npy(folder / "logits.npy"), &wanted = expected.at("logits_full");
  ASSERT_EQ(logits.shape(), wanted.shape());
  const std::string labels = read_bytes(folder / "out.label");
  const std::int64_t n = wanted.dim(0), classes = wanted.dim(1);
  ASSERT_EQ(static_cast<std::int64_t>(labels.size()), 4 * n);
  std::int64_t inside = 0, same = 0;
  std::vector<double> differences;
  for (std::int64_t i = 0; i < n; ++i) {
    if (!expected.at("in_volume").data<std::uint8_t>()[i]) continue;
    std::int32_t label;
    std::memcpy(&label, labels.data() + 4 * i, 4);
    ++inside;
    same += label == expected.at("pred_raw_labels").data<std::int32_t>()[i];
    for (std::int64_t c = 0; c < classes; ++c)
      differences.push_back(std::abs(double{logits.data<float>()[i * classes + c]} -
                                     wanted.data<float>()[i * classes + c]));
  }
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  const double share = static_cast<double>(same) / static_cast<double>(inside);
  RecordProperty("equal_labels", std::to_string(share));
  RecordProperty("median_difference", std::to_string(*middle * 1e6) + "e-6");
  EXPECT_GE(share, 0.999);
  EXPECT_LE(*middle, 1e-5);
}

}  // namespace
}  // namespace lsk3d::testing_support
