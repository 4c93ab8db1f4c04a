#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the CUDA backend on this machine's GPU: builds it for that GPU, runs every kernel against the
# CPU's, twice, and again under compute-sanitizer, times them, compares the whole network with its golden,
# its gradients with differences and its training with the CPU's. Prints one table and writes
# gpu_report.md and gpu_report.json. Needs no network: CUDA, a C++ compiler, CMake and what lsk3d itself is built with.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
tools/gpu_check.sh [--program FILE] [--out FOLDER]

  --program FILE  run this lsk3d_cuda_test (of tools/bundle.sh, say) and the lsk3d_cuda_bench beside it
                  instead of building them, and train with an lsk3d beside it; the network's
                  golden and gradients need a build
  --out FOLDER    where the reports go (default: here)

Exit code 0: all passed; 1: something failed; 4: no GPU, or no CUDA to build with.
TEXT
}

program="" model_test="" lsk3d="" out=.
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
  for target in lsk3d_cuda_test lsk3d_cuda_bench lsk3d_cuda_model_test lsk3d_cli; do
    tools/build.sh --preset cuda --arch "${arch:-90}" -DLSK3D_BUILD_TESTS=ON -DLSK3D_BUILD_TOOLS=ON \
      --target "$target" || exit 1
  done
  program=build-cuda/tests/cuda/lsk3d_cuda_test
  model_test=build-cuda/tests/cuda/lsk3d_cuda_model_test
  lsk3d=build-cuda/lsk3d
fi
if [[ -z $lsk3d && -x ${program%/*}/lsk3d ]]; then lsk3d=${program%/*}/lsk3d; fi  # of the bundle
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

# The last train loss and the mIoU of a run, as "loss miou".
numbers() {
  local loss miou
  loss=$(sed -n 's/^{"step":[0-9]*,"epoch":[0-9]*,"loss":\([0-9.eE+-]*\),.*/\1/p' "$1/metrics.jsonl" |
    tail -n 10 | awk '{sum += $1} END {if (NR) print sum / NR}')
  miou=$(sed -n 's/^  "miou_present": \([0-9.eE+-]*\),*$/\1/p' "$1/eval.json")
  echo "$loss $miou"
}

# Trains the quickstart's network on simulated streets, on the CPU and on the GPU; both must learn the
# same: the mean loss of the last ten steps within 5 %, the mIoU within 5 points.
training_equals_the_cpu() {
  local work device
  work=$(mktemp -d) || return 1
  : >"$out/gpu_training.txt"
  "$lsk3d" synth --out "$work/streets" --sequences 00:12,08:3 --quiet || return 1
  for device in cpu cuda; do
    "$lsk3d" train --config configs/quickstart.yaml --data "$work/streets" --out "$work/$device" \
      --set 'data.train=[0]' --set 'data.valid=[8]' --set train.epochs=4 --set train.log_every=1 \
      --device "$device" --quiet &&
      "$lsk3d" eval --checkpoint "$work/$device/last.safetensors" --data "$work/streets" \
        --device "$device" --report "$work/$device/eval.json" --quiet || return 1
    echo "$device: loss and mIoU $(numbers "$work/$device")" >>"$out/gpu_training.txt"
  done
  echo "$(numbers "$work/cpu") $(numbers "$work/cuda")" | awk '
    NF != 4 {print "expected two losses and two mIoUs, found " $0; exit 1}
    ($3 - $1)^2 > (0.05 * $1)^2 || ($4 - $2)^2 > 0.05^2 {print "the GPU learnt something else"; exit 1}'
  local result=$?
  rm -rf "$work"
  return $result
}

check "parity" "$program"
check "parity again" "$program" --gtest_shuffle --gtest_repeat=3
check "speed" speed
if [[ -n $model_test ]]; then
  check "network golden" "$model_test" --gtest_filter='CudaModel.*'
  check "gradients" "$model_test" --gtest_filter='EveryOpOnTheGpu.*'
  check "network" "$model_test" --gtest_filter='-CudaModel.*:EveryOpOnTheGpu.*'
else
  names+=("network") results+=("not run") seconds+=(0)
fi
if [[ -n $lsk3d ]]; then check "training" training_equals_the_cpu; fi
if command -v compute-sanitizer >/dev/null; then
  [[ -z $model_test ]] || check "network memcheck" compute-sanitizer --error-exitcode 1 "$model_test"
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
  if [[ -n $lsk3d ]]; then
    echo
    echo "Trained alike on simulated streets, four epochs:"
    echo
    sed 's/^/    /' "$out/gpu_training.txt"
  fi
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
