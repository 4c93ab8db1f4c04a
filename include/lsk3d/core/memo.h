// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mutex>
#include <vector>

namespace lsk3d {

/// Where others keep what they derive from data that does not change, beside that data: made when
/// first asked for, dropped when the data goes. Copies of the data start with nothing, so that they
/// may differ. Thread-safe.
class Memo {
 public:
  Memo() = default;
  Memo(const Memo&) {}
  Memo& operator=(const Memo&) {
    const std::lock_guard lock(mutex_);
    entries_.clear();
    return *this;
  }

  /// The T of `device`, made by make() -> std::shared_ptr<T> where there is none yet.
  template <typename T, typename Make>
  std::shared_ptr<T> get(int device, Make make) const {
    const std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_)
      if (entry.type == &kTypeOf<T> && entry.device == device)
        return std::static_pointer_cast<T>(entry.value);
    std::shared_ptr<T> fresh = make();
    entries_.push_back({&kTypeOf<T>, device, fresh});
    return fresh;
  }

 private:
  template <typename T>
  static constexpr char kTypeOf = 0;  // its address tells types apart

  struct Entry {
    const void* type;
    int device;
    std::shared_ptr<void> value;
  };
  mutable std::mutex mutex_;
  mutable std::vector<Entry> entries_;
};

}  // namespace lsk3d
