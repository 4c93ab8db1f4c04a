// SPDX-License-Identifier: MIT
#include "lsk3d/io/coloured_cloud.h"

#include "byte_writer.h"
#include "lsk3d/io/file.h"

namespace lsk3d {
namespace {

bool is_host(const Tensor& tensor, const Shape& shape, DType dtype) {
  return tensor.defined() && tensor.device().is_cpu() && tensor.shape() == shape &&
         tensor.dtype() == dtype;
}

void check(const ColouredCloud& cloud, const std::string& path) {
  const std::int64_t n =
      cloud.points.defined() && cloud.points.rank() > 0 ? cloud.points.dim(0) : 0;
  LSK3D_CHECK(is_host(cloud.points, {n, 4}, DType::f32), UsageError, path,
              ": points to write: expected f32 [N, 4] on the cpu");
  LSK3D_CHECK(is_host(cloud.rgb, {n, 3}, DType::u8), UsageError, path,
              ": colours to write: expected u8 [", n, ", 3] on the cpu");
  LSK3D_CHECK(is_host(cloud.labels, {n}, DType::i32), UsageError, path,
              ": labels to write: expected i32 [", n, "] on the cpu");
}

}  // namespace

void write_ply(const std::string& path, const ColouredCloud& cloud) {
  check(cloud, path);
  const std::int64_t n = cloud.points.dim(0);
  ByteWriter out;
  out.text(str_cat("ply\nformat binary_little_endian 1.0\nelement vertex ", n,
                   "\nproperty float x\nproperty float y\nproperty float z\n"
                   "property float remission\n"
                   "property uchar red\nproperty uchar green\nproperty uchar blue\n"
                   "property int label\nend_header\n"));
  const float* point = cloud.points.data<float>();
  const std::uint8_t* rgb = cloud.rgb.data<std::uint8_t>();
  const std::int32_t* label = cloud.labels.data<std::int32_t>();
  for (std::int64_t i = 0; i < n; ++i, point += 4, rgb += 3) {
    out.bytes(std::as_bytes(std::span(point, 4)));
    out.bytes(std::as_bytes(std::span(rgb, 3)));
    out.number(label[i]);
  }
  write_file_atomic(path, out.view());
}

void write_pcd(const std::string& path, const ColouredCloud& cloud) {
  check(cloud, path);
  const std::int64_t n = cloud.points.dim(0);
  ByteWriter out;
  out.text(
      str_cat("# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
              "FIELDS x y z intensity rgb label\nSIZE 4 4 4 4 4 4\nTYPE F F F F F U\n"
              "COUNT 1 1 1 1 1 1\nWIDTH ",
              n, "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS ", n, "\nDATA binary\n"));
  const float* point = cloud.points.data<float>();
  const std::uint8_t* rgb = cloud.rgb.data<std::uint8_t>();
  const std::int32_t* label = cloud.labels.data<std::int32_t>();
  for (std::int64_t i = 0; i < n; ++i, point += 4, rgb += 3) {
    out.bytes(std::as_bytes(std::span(point, 4)));
    out.number(std::uint32_t{rgb[0]} << 16 | std::uint32_t{rgb[1]} << 8 | rgb[2]);
    out.number(label[i]);
  }
  write_file_atomic(path, out.view());
}

}  // namespace lsk3d
