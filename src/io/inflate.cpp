// SPDX-License-Identifier: MIT
#include "inflate.h"

#include <zlib.h>

#include <algorithm>

#include "lsk3d/core/check.h"

namespace lsk3d {

std::vector<std::byte> inflate_raw(std::span<const std::byte> packed, std::uint64_t size,
                                   const std::string& what) {
  constexpr std::uint64_t kMostPerByte = 1032;  // deflate's highest ratio
  LSK3D_CHECK(size / kMostPerByte <= packed.size(), DataError, what, ": ", packed.size(),
              " compressed bytes cannot hold the declared ", size, "; the file is damaged");
  std::vector<std::byte> out(static_cast<std::size_t>(size));
  std::byte nothing{};  // zlib wants a place even for an empty result
  z_stream stream{};
  constexpr int kRawWindow = -15;
  LSK3D_CHECK(inflateInit2(&stream, kRawWindow) == Z_OK, DataError, what,
              ": cannot start to decompress: out of memory");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.next_out = reinterpret_cast<Bytef*>(out.empty() ? &nothing : out.data());
  std::uint64_t in_left = packed.size(), out_left = size;
  int status = Z_OK;
  while (status == Z_OK) {  // zlib counts in 32 bits
    constexpr std::uint64_t kStep = 1u << 30;
    const auto in_step = static_cast<uInt>(std::min(in_left, kStep));
    const auto out_step = static_cast<uInt>(std::min(out_left, kStep));
    stream.avail_in = in_step;
    stream.avail_out = out_step;
    status = inflate(&stream, Z_NO_FLUSH);
    in_left -= in_step - stream.avail_in;
    out_left -= out_step - stream.avail_out;
  }
  inflateEnd(&stream);
  LSK3D_CHECK(status == Z_STREAM_END && out_left == 0, DataError, what,
              ": compressed data do not give the declared ", size, " bytes; the file is damaged");
  return out;
}

}  // namespace lsk3d
