// SPDX-License-Identifier: MIT
// A reader of Python pickles that knows data and a closed list of names, and runs nothing.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "byte_cursor.h"

namespace lsk3d {

/// Index of a value in its Pickle. Values may be shared and may even contain themselves.
using PickleIndex = std::uint32_t;

enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,
  long_integer,
  real,
  text,
  list,
  tuple,
  dict,
  global,
  storage,
  tensor,
};

/// The globals that a checkpoint may name.
enum class PickleGlobal : std::uint8_t {
  ordered_dict,
  rebuild_tensor,
  rebuild_parameter,
  torch_size,
  float_storage,
  double_storage,
  half_storage,
  bfloat16_storage,
  long_storage,
  int_storage,
  short_storage,
  char_storage,
  byte_storage,
  bool_storage,
};

struct PickleValue {
  PickleKind kind = PickleKind::none;
  /// boolean and integer: the value; global: the PickleGlobal; storage and tensor: index in
  /// Pickle::storages and Pickle::tensors.
  std::int64_t integer = 0;
  double real = 0;
  /// text; long_integer: its little-endian bytes.
  std::string text;
  /// list and tuple: elements; dict: key, value, key, value, …
  std::vector<PickleIndex> items;
};

struct PickledStorage {
  std::string key;
  PickleGlobal type = PickleGlobal::float_storage;
  std::int64_t count = 0;  // elements
};

/// A view of a storage, in elements; checked against the storage when it is read.
struct PickledTensor {
  std::size_t storage = 0;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape, strides;
};

/// One pickle, protocols 2 to 5. All values live in `values`, so that neither deep nesting nor a
/// cycle can exhaust the stack when they are freed.
struct Pickle {
  std::vector<PickleValue> values;
  std::vector<PickledStorage> storages;
  std::vector<PickledTensor> tensors;
  PickleIndex root = 0;

  const PickleValue& operator[](PickleIndex i) const { return values[i]; }
};

/// Reads up to and including the STOP opcode. Any opcode, global or structure beyond the known ones
/// is a DataError naming it and the file.
Pickle read_pickle(ByteCursor& in);

}  // namespace lsk3d
