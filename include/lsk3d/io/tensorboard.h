// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace lsk3d {

/// Appends scalars to an event file that TensorBoard reads. Not thread-safe.
class TensorboardWriter {
 public:
  /// Creates `dir` if need be and a new file events.out.tfevents.<time>.<host> in it.
  explicit TensorboardWriter(const std::string& dir);
  /// Flushes; errors are lost here, so call flush() to hear of them.
  ~TensorboardWriter();
  TensorboardWriter(const TensorboardWriter&) = delete;
  TensorboardWriter& operator=(const TensorboardWriter&) = delete;

  /// `tag` groups charts by '/', as in "train/loss". TensorBoard keeps the value as f32.
  void scalar(const std::string& tag, double value, std::int64_t step);
  /// Hands everything to the system. Throws DataError naming the file on a full disk.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lsk3d
