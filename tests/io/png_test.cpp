// SPDX-License-Identifier: MIT
#include "lsk3d/io/png.h"

#include "io/hostile.h"

namespace lsk3d {
namespace {

using namespace testing_support;

std::vector<std::uint8_t> gradient(int width, int height) {
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) rgb.push_back(static_cast<std::uint8_t>(x * 7 + y * 31 + c * 91));
  return rgb;
}

TEST(Png, RoundTrips) {
  const TemporaryFolder folder;
  for (const auto& [width, height] : {std::pair{1, 1}, {17, 5}, {300, 200}}) {
    const auto rgb = gradient(width, height);
    write_png(folder / "a.png", width, height, rgb);
    const PngPixels back = read_png(folder / "a.png");
    EXPECT_EQ(back.width, width);
    EXPECT_EQ(back.height, height);
    EXPECT_EQ(back.rgb, rgb);
  }
}

TEST(Png, RefusesWrongSizes) {
  const std::vector<std::uint8_t> rgb(12);
  EXPECT_THROW(write_png("unused.png", 2, 3, rgb), UsageError);
  EXPECT_THROW(write_png("unused.png", 0, 0, {}), UsageError);
  EXPECT_THROW(write_png("unused.png", -2, -2, rgb), UsageError);
  EXPECT_THROW(write_png("unused.png", 1 << 30, 1 << 30, rgb), UsageError);
}

TEST(Png, HugePictureInASmallFileIsRefused) {
  // Width and height of 60000 with a right checksum over a few bytes of data.
  const TemporaryFolder folder;
  const std::string text(
      "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0\x0f\xb0\xe2\x15"
      "\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82",
      57);
  overwrite(folder / "a.png", to_bytes(text));
  const long before = peak_mebibytes();
  expect_data_error([](auto& p) { read_png(p); }, folder / "a.png", "cannot lie");
  EXPECT_LT(peak_mebibytes() - before, 500);
}

TEST(Png, SurvivesDamage) {
  const TemporaryFolder folder;
  write_png(folder / "a.png", 17, 5, gradient(17, 5));
  const Bytes good = read_file(folder / "a.png");
  // libpng reads a picture whose end marker alone is cut off.
  EXPECT_LE(attack(good, [](auto& p) { read_png(p); }), 16);
}

}  // namespace
}  // namespace lsk3d
