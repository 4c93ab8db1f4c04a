// SPDX-License-Identifier: MIT
#include "lsk3d/engine/exporter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/inspector.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/engine/trainer.h"
#include "support/expect_throw.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;
using testing_support::read_bytes;
using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::write_bytes;
using testing_support::write_tiny_dataset;

class Export : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>("export");
    write_tiny_dataset(*folder_ / "data", {{0, 2}, {8, 1}}, 2000);
  }
  static void TearDownTestSuite() { folder_.reset(); }

  /// A trained model file whose large kernels hold nearly all weights.
  static std::string trained(const std::string& granularity, bool sds = true) {
    std::string name = granularity == "2:4" ? "quads" : granularity;
    if (!sds) name = "dense";
    const std::string run = *folder_ / name;
    const std::string model = run + "/last.safetensors";
    if (fs::exists(model)) return model;
    TrainOptions options;
    options.data_dir = *folder_ / "data";
    options.run_dir = run;
    TrainObserver nobody;
    train(
        load_config(tiny_config_path(), {"model.kernel_size=5", "sds.partition=[0, 2, 3, 5]",
                                         "model.channels=16", "train.epochs=3", "train.lr=0.01",
                                         "train.validate_every=0", "sds.granularity=" + granularity,
                                         sds ? "sds.enabled=true" : "sds.enabled=false"}),
        options, nobody);
    return model;
  }

  static LabelledScan scan() {
    LabelledScan labelled;
    labelled.scan = read_scan(*folder_ / "data/sequences/08/velodyne/000000.bin");
    return labelled;
  }
  static Tensor classes(const std::string& model, Tensor* logits = nullptr) {
    const ScanPrediction prediction = predict_scan(*load_checkpoint(model).model, scan(), {});
    if (logits) *logits = prediction.logits;
    return prediction.classes;
  }
  static double agreement(const Tensor& a, const Tensor& b) {
    std::int64_t same = 0;
    for (std::int64_t i = 0; i < a.numel(); ++i)
      same += a.data<std::int32_t>()[i] == b.data<std::int32_t>()[i];
    return static_cast<double>(same) / static_cast<double>(a.numel());
  }
  static std::string at(const std::string& name) { return *folder_ / name; }

  static std::unique_ptr<ScratchFolder> folder_;
};
std::unique_ptr<ScratchFolder> Export::folder_;

TEST_F(Export, PredictsTheSameLabels) {
  for (const std::string granularity : {"element", "offset", "block", "2:4"}) {
    const std::string model = trained(granularity);
    const ExportReport report = export_model(model, at("out.safetensors"));
    Tensor before, after;
    EXPECT_GE(agreement(classes(model, &before), classes(at("out.safetensors"), &after)), 0.9999)
        << granularity;
    double worst = 0, largest = 0;
    for (std::int64_t i = 0; i < before.numel(); ++i) {
      worst = std::max(worst, std::abs(double{before.data<float>()[i]} - after.data<float>()[i]));
      largest = std::max(largest, std::abs(double{before.data<float>()[i]}));
    }
    EXPECT_LE(worst, 1e-5 * largest) << granularity;
    EXPECT_GT(worst, 0) << "nothing was folded";
    EXPECT_EQ(report.folded, 3 + 2 * 8);
    EXPECT_EQ(report.packed, 8);
    EXPECT_EQ(report.layout, granularity == "2:4" ? "element" : granularity);
    EXPECT_EQ(report.bytes_after, fs::file_size(at("out.safetensors")));
  }
}

TEST_F(Export, IsSmallerByWhatWasPruned) {
  const std::string dense = trained("element", false);
  export_model(dense, at("dense_out.safetensors"));
  const auto dense_bytes = static_cast<double>(fs::file_size(at("dense_out.safetensors")));
  EXPECT_LE(dense_bytes, static_cast<double>(fs::file_size(dense)));
  for (const std::string granularity : {"element", "offset", "block", "2:4"}) {
    const std::string model = trained(granularity);
    export_model(model, at("f32.safetensors"));
    export_model(model, at("bf16.safetensors"), DType::bf16);
    EXPECT_LE(static_cast<double>(fs::file_size(at("f32.safetensors"))), 0.62 * dense_bytes)
        << granularity;
    EXPECT_LE(static_cast<double>(fs::file_size(at("bf16.safetensors"))), 0.31 * dense_bytes)
        << granularity;
    EXPECT_GE(agreement(classes(model), classes(at("bf16.safetensors"))), 0.97) << granularity;
  }
}

TEST_F(Export, KernelsSkipWhatWasPruned) {
  for (const std::string granularity : {"offset", "block"}) {
    export_model(trained(granularity), at("skip.safetensors"));
    const LoadedModel loaded = load_checkpoint(at("skip.safetensors"));
    for (Parameter* p : loaded.model->sparse_parameters()) {
      ASSERT_NE(p->pattern, nullptr) << granularity << " " << p->name;
      // At 16 channels a block is a whole offset.
      EXPECT_LT(p->pattern->offsets.size(), 100u) << p->name;
      EXPECT_GT(p->pattern->offsets.size(), 25u) << p->name;
    }
  }
}

TEST_F(Export, AnExportedModelExportsToItself) {
  for (const std::string granularity : {"element", "offset"}) {
    export_model(trained(granularity), at("first.safetensors"));
    export_model(at("first.safetensors"), at("second.safetensors"));
    EXPECT_GE(agreement(classes(at("first.safetensors")), classes(at("second.safetensors"))),
              0.9999);
    EXPECT_NEAR(static_cast<double>(fs::file_size(at("second.safetensors"))),
                static_cast<double>(fs::file_size(at("first.safetensors"))), 64);
  }
}

TEST_F(Export, InspectShowsWhatWasSaved) {
  const std::string model = trained("offset");
  export_model(model, at("seen.safetensors"), DType::bf16);
  const auto before = nlohmann::json::parse(inspect(model, {"", true}));
  const auto after = nlohmann::json::parse(inspect(at("seen.safetensors"), {"", true}));
  EXPECT_EQ(before.at("stored").at("exported"), false);
  EXPECT_EQ(after.at("stored").at("exported"), true);
  EXPECT_EQ(after.at("stored").at("packing"), "offset");
  EXPECT_EQ(after.at("stored").at("dtype"), "bf16");
  EXPECT_EQ(after.at("stored").at("packed_kernels"), 8);
  for (const char* key : {"parameters", "nonzero", "sparsity"})
    EXPECT_EQ(before.at("sparse_layers").at(key), after.at("sparse_layers").at(key)) << key;
  EXPECT_EQ(before.at("parameters"), after.at("parameters"));
  EXPECT_NE(inspect(at("seen.safetensors")).find("bf16"), std::string::npos);
}

TEST_F(Export, DamagedFilesAreDataErrorsThatNameTheFile) {
  export_model(trained("element"), at("whole.safetensors"));
  const std::string bytes = read_bytes(at("whole.safetensors"));
  for (std::size_t keep : {bytes.size() / 2, bytes.size() - 1}) {
    write_bytes(at("cut.safetensors"), bytes.data(), keep);
    LSK3D_EXPECT_THROW(load_checkpoint(at("cut.safetensors")), DataError, "cut.safetensors");
  }
  const auto with = [&](auto change) {
    TensorFile file = read_safetensors(at("whole.safetensors"));
    change(file);
    write_safetensors(at("bad.safetensors"), file);
    load_checkpoint(at("bad.safetensors"));
  };
  const auto refused = [&](auto change) {
    LSK3D_EXPECT_THROW(with(change), DataError, "bad.safetensors");
  };
  EXPECT_NO_THROW(with([](TensorFile&) {}));
  refused([](TensorFile& f) { f.metadata["packing"] = "zip"; });
  refused([](TensorFile& f) { f.metadata["packing"] = "offset"; });
  refused([](TensorFile& f) { f.metadata.erase("constants"); });
  refused([](TensorFile& f) { f.metadata["constants"] = "[1]"; });
  refused([](TensorFile& f) { f.metadata["constants"] = R"({"nobody": 1})"; });
  refused([](TensorFile& f) { f.metadata["constants"] = "{}"; });
  for (const char* part : {".packed.index", ".packed.low", ".packed.high"}) {
    refused([&](TensorFile& f) {
      std::erase_if(f.tensors, [&](const auto& entry) { return entry.first.ends_with(part); });
    });
    refused([&](TensorFile& f) {
      for (auto& [name, tensor] : f.tensors)
        if (name.ends_with(part)) name.insert(0, "x");
    });
    refused([&](TensorFile& f) {
      for (auto& [name, tensor] : f.tensors)
        if (name.ends_with(part)) tensor = Tensor::zeros({3}, DType::u8);
    });
  }
}

TEST_F(Export, WrongUseIsExplained) {
  const std::string model = trained("element");
  LSK3D_EXPECT_THROW(export_model(model, model), UsageError, "--out", "last.safetensors");
  LSK3D_EXPECT_THROW(export_model(model, at("x.safetensors"), DType::f64), UsageError, "--dtype",
                     "f64");
  LSK3D_EXPECT_THROW(export_model(at("absent.safetensors"), at("x.safetensors")), DataError,
                     "absent");
  LSK3D_EXPECT_THROW(export_model(model, at("no/folder/x.safetensors")), DataError, "no/folder");
}

}  // namespace
}  // namespace lsk3d
