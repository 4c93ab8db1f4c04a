#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds and runs every test. With --sanitize they run under the address, undefined-behaviour and
# thread sanitizers instead. Other arguments go to ctest, as in: tools/test.sh -R core
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sanitize=false arguments=()
for argument in "$@"; do
  case $argument in
    --sanitize) sanitize=true ;;
    --help|-h) echo "tools/test.sh [--sanitize] [ctest options...]"; exit ;;
    *) arguments+=("$argument") ;;
  esac
done

run() {  # run FOLDER [ctest options...]
  local folder=$1
  shift
  # Some tests of emulated kernels take ten minutes under the thread sanitizer.
  ctest --test-dir "$folder" --output-on-failure --no-tests=error --timeout 1800 \
    --parallel "$(nproc)" "$@" ${arguments[@]+"${arguments[@]}"}
}

if ! $sanitize; then
  tools/build.sh -DLSK3D_BUILD_TESTS=ON -DLSK3D_BUILD_TOOLS=ON
  run build
  exit
fi

# The package test builds a second project, which says nothing new here.
export UBSAN_OPTIONS=print_stacktrace=1
tools/build.sh --preset asan --cpu
run build-asan --label-exclude package
tools/build.sh --preset tsan --cpu
TSAN_OPTIONS=halt_on_error=1 run build-tsan --label-exclude 'package|house'
