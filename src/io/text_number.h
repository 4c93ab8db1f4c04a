// SPDX-License-Identifier: MIT
// Numbers and words of text files, as the programs of the field write them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lsk3d {

/// The next word between blanks, taken off the front of `text`; "" at the end.
std::string_view next_word(std::string_view& text);

/// All words of a line.
std::vector<std::string_view> split_words(std::string_view line);

/// A decimal number, "nan", "inf" or what Microsoft's libraries print for those (1.#QNAN, -1.#IND,
/// 1.#INF). Beyond the range of a double the value is infinite or zero. False where `word` is no
/// number.
bool parse_number(std::string_view word, double& value);

/// Decimal text to a count. Throws DataError that opens with `what`.
std::uint64_t parse_count(std::string_view text, const std::string& what);

}  // namespace lsk3d
