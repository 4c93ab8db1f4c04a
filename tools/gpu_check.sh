#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the CUDA backend on this machine's GPU: builds it for that GPU, runs every kernel against the
# CPU's, twice, and again under compute-sanitizer, then times them. Prints one table and writes
# gpu_report.md and gpu_report.json. Needs no network: CUDA, a C++ compiler, CMake and what lsk3d itself is built with.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
tools/gpu_check.sh [--program FILE] [--out FOLDER]

  --program FILE  run this lsk3d_cuda_test (of tools/bundle.sh, say) and the lsk3d_cuda_bench beside it
                  instead of building them
  --out FOLDER    where the reports go (default: here)

Exit code 0: all passed; 1: something failed; 4: no GPU, or no CUDA to build with.
TEXT
}

program="" out=.
while (($#)); do
  case $1 in
    --help|-h) usage; exit ;;
    --program) program=${2:?--program: expected a file}; shift ;;
    --out) out=${2:?--out: expected a folder}; shift ;;
    *) echo "tools/gpu_check.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
  esac
  shift
done

stop() { echo "tools/gpu_check.sh: $*" >&2; exit 4; }

# The build comes first: it needs no GPU, and says whether the sources still make one.
if [[ -z $program ]]; then
  command -v nvcc >/dev/null || stop "no nvcc: install the CUDA toolkit, or give --program"
  arch=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -dc 0-9)
  echo "building for architecture ${arch:-90}"
  tools/build.sh --preset cuda --arch "${arch:-90}" --target lsk3d_cuda_test &&
    tools/build.sh --preset cuda --arch "${arch:-90}" --target lsk3d_cuda_bench || exit 1
  program=build-cuda/tests/cuda/lsk3d_cuda_test
fi
[[ -x $program ]] || { echo "tools/gpu_check.sh: $program: expected a program" >&2; exit 2; }

gpu=$(nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader 2>/dev/null | head -n 1)
[[ -n $gpu ]] || stop "no GPU here: the tests are built, but not run. Run this on a machine with an NVIDIA GPU"
mkdir -p "$out"

names=() results=() seconds=()
check() {  # check NAME COMMAND...: one row of the table; the log is kept where it failed
  local name=$1 log
  shift
  log=$out/gpu_check_${name// /_}.log
  local begin=$SECONDS
  if "$@" >"$log" 2>&1; then results+=(passed); rm -f "$log"; else results+=(FAILED); fi
  names+=("$name")
  seconds+=($((SECONDS - begin)))
  echo "$name: ${results[-1]} in ${seconds[-1]} s${log:+$([[ -f $log ]] && echo ", see $log")}"
}

# On a scan of the bundle or, without one, on a made-up one.
speed() {
  local scan=streets/sequences/00/velodyne/000000.bin
  "${program%test}bench" $([[ -f $scan ]] && echo --scan "$scan") --json "$out/gpu_speed.json" >"$out/gpu_speed.txt"
  local result=$?
  cat "$out/gpu_speed.txt"
  return $result
}

check "parity" "$program"
check "parity again" "$program" --gtest_shuffle --gtest_repeat=3
check "speed" speed
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do
    check "$tool" compute-sanitizer --target-processes all --tool "$tool" --error-exitcode 1 "$program"
  done
else
  echo "no compute-sanitizer here: not run" >&2
  names+=("compute-sanitizer") results+=("not run") seconds+=(0)
fi

{
  echo "# GPU check"
  echo
  echo "$gpu, $(date -u +%Y-%m-%d), $(cat revision 2>/dev/null || git describe --always --tags 2>/dev/null || echo 'no revision')"
  echo
  echo "| check | result | seconds |"
  echo "|---|---|---|"
  for i in "${!names[@]}"; do echo "| ${names[i]} | ${results[i]} | ${seconds[i]} |"; done
  echo
  echo "Of untuned 64 → 64 convs (also in gpu_speed.json):"
  echo
  sed 's/^/    /' "$out/gpu_speed.txt" 2>/dev/null
  echo
  echo "Not part of this check yet: a training run, the model's goldens on the GPU."
} >"$out/gpu_report.md"
{
  printf '{"gpu": "%s", "checks": [' "${gpu//\"/}"
  for i in "${!names[@]}"; do
    ((i == 0)) || printf ', '
    printf '{"name": "%s", "result": "%s", "seconds": %d}' "${names[i]}" "${results[i]}" "${seconds[i]}"
  done
  echo ']}'
} >"$out/gpu_report.json"
cat "$out/gpu_report.md"
[[ " ${results[*]} " != *" FAILED "* ]]
