#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Packs what a machine with a GPU needs to check the CUDA backend without building anything:
#   tools/bundle.sh [FOLDER]      (default: gpu_bundle)
# There: FOLDER/tools/gpu_check.sh --program bin/lsk3d_cuda_test
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  --help|-h) sed -n '3,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit ;;
  -*) echo "tools/bundle.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
esac
folder=${1:-gpu_bundle}
command -v nvcc >/dev/null || { echo "tools/bundle.sh: no nvcc: install the CUDA toolkit" >&2; exit 4; }
programs=(lsk3d_cuda_test lsk3d_cuda_bench)
for program in "${programs[@]}"; do
  tools/build.sh --preset cuda -DLSK3D_CUDA_ALL_ARCHITECTURES=ON --target "$program"
done

mkdir -p "$folder/bin" "$folder/lib" "$folder/tools"
cp tools/gpu_check.sh "$folder/tools/"
for program in "${programs[@]}"; do
  cp "build-cuda/tests/cuda/$program" "$folder/bin/$program.program"
  # All shared libraries but the C library's own, which must fit the machine's kernel.
  ldd "build-cuda/tests/cuda/$program" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' |
    grep -Ev '/(libc|libm|libdl|librt|libpthread|ld-linux[^/]*)\.so' | xargs -r -I{} cp -L {} "$folder/lib/"
  cat >"$folder/bin/$program" <<'TEXT'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH="$here/../lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$0.program" "$@"
TEXT
  chmod +x "$folder/bin/$program"
done
size=$(du -sm "$folder" | cut -f 1)
echo "$folder: $size MB"
((size <= 60)) || { echo "tools/bundle.sh: $folder: expected at most 60 MB, found $size MB" >&2; exit 1; }
