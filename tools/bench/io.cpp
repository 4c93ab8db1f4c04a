// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "bench/subjects.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/safetensors.h"

namespace lsk3d::cli {
namespace {

/// A folder that goes away with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lsk3d-bench-XXXXXX").string();
    LSK3D_CHECK(mkdtemp(name.data()), DataError, name, ": cannot make a folder for scratch files");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace

void bench_io(const BenchOptions& options, std::vector<BenchRow>& rows) {
  const ScratchFolder folder;
  const LabelledScan scan = bench_scan(options);
  const SerialScope one_thread;  // as a loader's worker does it
  const auto add = [&](const std::string& op, const std::function<void()>& work) {
    BenchRow row;
    row.name = "io";
    row.precision = "";
    row.op = op;
    row.time = measure(work, options.runs);
    rows.push_back(row);
  };
  const std::string file = folder / "scan.bin";
  write_file_atomic(
      file, {static_cast<const std::byte*>(scan.scan.points.raw()), scan.scan.points.bytes()});
  add("read a scan", [&] { read_scan(file); });
  LoaderSettings loader;
  loader.voxels = bench_voxels();
  loader.normals = "none";
  add("crop", [&] { prepare_sample(scan, loader, 0); });
  loader.normals = "range_image";
  add("crop, normals", [&] { prepare_sample(scan, loader, 0); });
  loader.augment = true;
  add("crop, augment, normals", [&] { prepare_sample(scan, loader, 0); });
  const Sample sample = prepare_sample(scan, loader, 0);
  for (int kernel : options.kernels) {
    loader.kernel = KernelSize::cube(kernel);
    add("voxels and maps, K = " + std::to_string(kernel), [&] { collate({sample}, loader); });
  }
  TensorFile checkpoint;
  checkpoint.add("weight", Tensor::zeros({64 << 20 >> 2}));
  const std::string model = folder / "model.safetensors";
  add("save 64 MiB of tensors", [&] { write_safetensors(model, checkpoint); });
  add("load 64 MiB of tensors", [&] { read_safetensors(model); });
}

}  // namespace lsk3d::cli
