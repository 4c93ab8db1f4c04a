// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace lsk3d {

/// Keeps a folder to one piece of work at a time. The lock ends with its process, however that ends;
/// the hidden file that stands for it goes with this object. Work on other hosts is kept out where
/// the file system passes locks on (NFS does).
class FolderLock {
 public:
  /// Locks `folder`, which exists. `work` is what others are told, as in "lsk3d train". Throws
  /// DataError that names process, host and work where the folder is in use, and the system's reason
  /// where nothing can be written there; where the file system knows no locks, warns and goes on.
  FolderLock(const std::string& folder, const std::string& work);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace lsk3d
