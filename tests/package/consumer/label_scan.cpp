// SPDX-License-Identifier: MIT
#include <exception>
#include <iostream>
#include <lsk3d/engine/checkpoint.h>
#include <lsk3d/engine/predictor.h>

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::cerr << "label_scan MODEL SCAN LABELS\n";
    return 2;
  }
  lsk3d::LoadedModel loaded = lsk3d::load_checkpoint(argv[1]);  // carries its configuration
  lsk3d::LabelledScan scan;
  scan.scan = lsk3d::read_scan(argv[2]);  // .bin, .npy, .ply or .pcd
  const auto prediction = lsk3d::predict_scan(*loaded.model, scan, {});
  const auto labels = lsk3d::load_label_map(loaded.info.config.data.label_map);
  lsk3d::write_labels(argv[3], labels.raw_of(prediction.classes));
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
