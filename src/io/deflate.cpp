// SPDX-License-Identifier: MIT
#include "lsk3d/io/deflate.h"

#include <zlib.h>

#include <algorithm>

#include "inflate.h"
#include "lsk3d/core/check.h"

namespace lsk3d {

std::vector<std::byte> deflate_bytes(std::span<const std::byte> bytes) {
  z_stream stream{};
  constexpr int kRawWindow = -15, kMemory = 8;
  LSK3D_CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawWindow, kMemory,
                           Z_HUFFMAN_ONLY) == Z_OK,
              DataError, "cannot start to compress: out of memory");
  std::vector<std::byte> out;
  std::byte chunk[1 << 16];
  std::byte nothing{};  // zlib wants a place even for no input
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.empty() ? &nothing : bytes.data()));
  std::size_t left = bytes.size();
  int status = Z_OK;
  while (status == Z_OK) {  // zlib counts in 32 bits
    const auto step = static_cast<uInt>(std::min<std::size_t>(left, 1u << 30));
    stream.avail_in = step;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(chunk);
      stream.avail_out = sizeof chunk;
      status = deflate(&stream, left == step ? Z_FINISH : Z_NO_FLUSH);
      out.insert(out.end(), chunk, chunk + (sizeof chunk - stream.avail_out));
    } while (stream.avail_out == 0 && status == Z_OK);
    left -= step - stream.avail_in;
  }
  deflateEnd(&stream);
  LSK3D_ASSERT(status == Z_STREAM_END, "deflate ended with ", status);
  return out;
}

std::vector<std::byte> inflate_bytes(std::span<const std::byte> packed, std::uint64_t size,
                                     const std::string& what) {
  return inflate_raw(packed, size, what);
}

}  // namespace lsk3d
