// SPDX-License-Identifier: MIT
#include "lsk3d/io/png.h"

#include <png.h>

#include "lsk3d/core/check.h"
#include "lsk3d/io/file.h"

namespace lsk3d {
namespace {

/// libpng's simplified interface, which reports errors without jumping over our frames.
struct PngImage : png_image {
  PngImage() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(this); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

constexpr int kLargestSide = 1 << 16;
/// Deflate packs at most 1032 bytes into one, PNG at most 8 pixels into a byte.
constexpr std::uint64_t kMostPixelsPerByte = 1032 * 8;

}  // namespace

void write_png(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb) {
  LSK3D_CHECK(width >= 1 && height >= 1 && width <= kLargestSide && height <= kLargestSide,
              UsageError, path, ": expected a picture of 1 to ", kLargestSide,
              " pixels a side, found ", width, " x ", height);
  const std::size_t bytes = std::size_t{3} * static_cast<std::size_t>(width) * height;
  LSK3D_CHECK(rgb.size() == bytes, UsageError, path, ": a picture of ", width, " x ", height,
              " takes ", bytes, " values, but ", rgb.size(), " were given");
  PngImage image;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::byte> encoded(size);
  LSK3D_CHECK(png_image_write_to_memory(&image, encoded.data(), &size, 0, rgb.data(), 0, nullptr),
              DataError, path, ": cannot encode the picture: ", image.message);
  write_file_atomic(path, std::span(encoded).first(size));
}

PngPixels read_png(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  PngImage image;
  LSK3D_CHECK(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()), DataError, path,
              ": not a PNG picture: ", image.message);
  const std::uint64_t pixels = std::uint64_t{image.width} * image.height;
  LSK3D_CHECK(image.width <= kLargestSide && image.height <= kLargestSide &&
                  pixels <= bytes.size() * kMostPixelsPerByte,
              DataError, path, ": a picture of ", image.width, " x ", image.height,
              " pixels cannot lie in a file of ", bytes.size(), " bytes; it is damaged");
  image.format = PNG_FORMAT_RGB;
  PngPixels result{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  result.rgb.resize(pixels * 3);
  const png_color black{0, 0, 0};
  const bool read = png_image_finish_read(&image, &black, result.rgb.data(), 0, nullptr);
  LSK3D_CHECK(read && !PNG_IMAGE_FAILED(image), DataError, path,
              ": the picture is damaged: ", image.message);
  return result;
}

}  // namespace lsk3d
