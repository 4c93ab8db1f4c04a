// SPDX-License-Identifier: MIT
// Numbers of the zip format (PKWARE's APPNOTE 6.3) that writer and reader share.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lsk3d::zip {

inline constexpr std::uint32_t kLocalHeader = 0x04034b50;
inline constexpr std::uint32_t kCentralHeader = 0x02014b50;
inline constexpr std::uint32_t kEnd = 0x06054b50;
inline constexpr std::uint32_t kEnd64 = 0x06064b50;
inline constexpr std::uint32_t kEnd64Locator = 0x07064b50;
inline constexpr std::uint16_t kExtra64 = 0x0001;

inline constexpr std::uint16_t kEncrypted = 1 << 0;  // flag
inline constexpr std::uint16_t kUtf8Name = 1 << 11;  // flag

inline constexpr std::uint16_t kSee64Short = 0xffff;  // "the real number is in the zip64 record"
inline constexpr std::uint32_t kSee64 = 0xffffffff;
inline constexpr std::size_t kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20;

}  // namespace lsk3d::zip
