// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>

#include "lsk3d/core/device.h"

namespace lsk3d {

/// Work given to a device, kept to be started again by one call: on a GPU a CUDA graph. Not for
/// several threads at once.
class Recording {
 public:
  virtual ~Recording() = default;
  /// Does `work` once, so that all memory it takes is there, and records it without doing it again.
  /// It must give the device the same work both times, copy nothing from or to the host and wait
  /// for nothing (InternalError, DeviceError). What it leaves is there after replay(). A recording
  /// of the same kinds of work in the same order updates the last one.
  virtual void record(const std::function<void()>& work) = 0;
  /// Starts what was recorded, with what is in memory then. Only after record().
  virtual void replay() = 0;
};

/// Null where there is no such thing: on the CPU, which does its work at once.
std::unique_ptr<Recording> make_recording(Device device);

}  // namespace lsk3d
