#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Packs what a machine with a GPU needs to check the CUDA backend without building anything: programs
# with code for every GPU from sm_75 on, their shared libraries, the configurations and simulated scans.
#   tools/bundle.sh [FOLDER]      (default: gpu_bundle)
# There: FOLDER/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  --help|-h) sed -n '3,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit ;;
  -*) echo "tools/bundle.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
esac
folder=${1:-gpu_bundle}
most_mb=60
command -v nvcc >/dev/null || { echo "tools/bundle.sh: no nvcc: install the CUDA toolkit" >&2; exit 4; }
if [[ -e $folder && ! -f $folder/run.sh ]]; then
  echo "tools/bundle.sh: $folder: expected a new folder or an older bundle, found something else" >&2
  exit 2
fi

build=build-cuda
programs=("$build/tests/cuda/lsk3d_cuda_test" "$build/tests/cuda/lsk3d_cuda_bench" "$build/lsk3d")
# OpenBLAS is the yardstick of `lsk3d bench` on the CPU, and takes more room than all the rest.
for target in lsk3d_cuda_test lsk3d_cuda_bench lsk3d_cli; do
  tools/build.sh --preset cuda -DLSK3D_CUDA_ALL_ARCHITECTURES=ON -DLSK3D_BUILD_TESTS=ON \
    -DLSK3D_BUILD_TOOLS=ON -DLSK3D_OPENBLAS_LIBRARY=OFF --target "$target"
done

rm -rf "$folder"
mkdir -p "$folder/bin" "$folder/lib" "$folder/tools"
cp tools/gpu_check.sh "$folder/tools/"
cp -r configs LICENSE "$folder/"
git describe --always --tags --dirty >"$folder/revision" 2>/dev/null || echo unknown >"$folder/revision"
for program in "${programs[@]}"; do
  name=$(basename "$program")
  strip -o "$folder/bin/$name.program" "$program"
  # All shared libraries but the C library's own, which must fit the machine's kernel.
  ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' |
    grep -Ev '/(libc|libm|libdl|librt|libpthread|ld-linux[^/]*)\.so' | xargs -r -I{} cp -Lu {} "$folder/lib/"
  cat >"$folder/bin/$name" <<'TEXT'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH="$here/../lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$0.program" "$@"
TEXT
  chmod +x "$folder/bin/$name"
done
"$folder/bin/lsk3d" synth --out "$folder/streets" --sequences 00:4,08:2 --quiet
cat >"$folder/run.sh" <<'TEXT'
#!/usr/bin/env bash
# Checks the CUDA backend on this machine's GPU; tools/gpu_check.sh --help says what can be given.
exec "$(dirname "${BASH_SOURCE[0]}")/tools/gpu_check.sh" --program bin/lsk3d_cuda_test "$@"
TEXT
chmod +x "$folder/run.sh"

size=$(du -sm "$folder" | cut -f 1)
echo "$folder: $size MB"
((size <= most_mb)) || { echo "tools/bundle.sh: $folder: expected at most $most_mb MB, found $size MB" >&2; exit 1; }
