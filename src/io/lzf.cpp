// SPDX-License-Identifier: MIT
#include "lzf.h"

#include "lsk3d/core/check.h"

namespace lsk3d {

// A control byte c < 32 opens c + 1 literal bytes. Otherwise its top three bits hold a length (7
// means that a byte with the rest of it follows), its low five bits and the next byte a distance:
// length + 2 bytes are copied from distance + 1 bytes back, and may overlap what they write.
std::vector<std::byte> lzf_unpack(std::span<const std::byte> packed, std::uint64_t size,
                                  const std::string& what) {
  constexpr std::uint64_t kMostPerByte = 88;  // 264 bytes from 3
  const auto check = [&](bool ok) {
    LSK3D_CHECK(ok, DataError, what, ": compressed data do not give the declared ", size,
                " bytes; the file is cut short or damaged");
  };
  check(size / kMostPerByte <= packed.size());
  std::vector<std::byte> out(static_cast<std::size_t>(size));
  std::size_t in = 0, filled = 0;
  const auto next = [&] {
    check(in < packed.size());
    return std::to_integer<std::size_t>(packed[in++]);
  };
  while (in < packed.size()) {
    const std::size_t control = next();
    if (control < 32) {
      const std::size_t count = control + 1;
      check(count <= packed.size() - in && count <= out.size() - filled);
      for (std::size_t i = 0; i < count; ++i) out[filled++] = packed[in++];
    } else {
      std::size_t count = control >> 5;
      if (count == 7) count += next();
      count += 2;
      const std::size_t back = ((control & 31) << 8 | next()) + 1;
      check(back <= filled && count <= out.size() - filled);
      for (std::size_t i = 0; i < count; ++i, ++filled) out[filled] = out[filled - back];
    }
  }
  check(filled == out.size());
  return out;
}

}  // namespace lsk3d
