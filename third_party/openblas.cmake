# SPDX-License-Identifier: MIT
# OpenBLAS (BSD-3-Clause), optional: `lsk3d bench` compares with its sgemm. Target lsk3d_openblas.
find_path(LSK3D_CBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas x86_64-linux-gnu aarch64-linux-gnu)
find_library(LSK3D_OPENBLAS_LIBRARY openblas)
mark_as_advanced(LSK3D_CBLAS_INCLUDE LSK3D_OPENBLAS_LIBRARY)
if(LSK3D_CBLAS_INCLUDE AND LSK3D_OPENBLAS_LIBRARY)
  add_library(lsk3d_openblas INTERFACE)
  target_include_directories(lsk3d_openblas INTERFACE ${LSK3D_CBLAS_INCLUDE})
  target_link_libraries(lsk3d_openblas INTERFACE ${LSK3D_OPENBLAS_LIBRARY})
endif()
