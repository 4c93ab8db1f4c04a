// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace lsk3d {

/// The opcodes of Python's pickle format (PEP 307, PEP 3154) that data alone needs.
enum class PickleOpcode : std::uint8_t {
  proto = 0x80,
  frame = 0x95,
  stop = '.',
  mark = '(',

  none = 'N',
  new_true = 0x88,
  new_false = 0x89,
  bin_int = 'J',
  bin_int1 = 'K',
  bin_int2 = 'M',
  long1 = 0x8a,
  bin_float = 'G',

  short_bin_string = 'U',
  bin_string = 'T',
  short_bin_unicode = 0x8c,
  bin_unicode = 'X',
  bin_unicode8 = 0x8d,

  empty_tuple = ')',
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  tuple = 't',
  empty_list = ']',
  append = 'a',
  appends = 'e',
  empty_dict = '}',
  set_item = 's',
  set_items = 'u',

  bin_put = 'q',
  long_bin_put = 'r',
  memoize = 0x94,
  bin_get = 'h',
  long_bin_get = 'j',

  global = 'c',
  stack_global = 0x93,
  reduce = 'R',
  build = 'b',
  bin_persid = 'Q',
};

}  // namespace lsk3d
