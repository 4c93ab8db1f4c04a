#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lsk3d beside what a CPU user would pick instead: the same submanifold convolution on the same voxels.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

usage() {
  cat <<'TEXT'
tests/bench/peers/run.sh [options]

  --scan FILE     scan to take the voxels of (default: one simulated with lsk3d synth)
  --scale S       1: voxels of 5 cm, 2: of 10 cm, ... (default: 1)
  --kernels LIST  kernel sizes (default: 3,5,7,9)
  --channels C    channels in and out (default: 64)
  --runs N        timed runs of each row, after a warm-up (default: 7)
  --threads N     threads of every library (default: all cores)
  --lsk3d FILE    the program (default: build/lsk3d)
  --env DIR       Python environment to make and keep, or to use again (default: a throw-away one)
  --torch SPEC    what pip installs as PyTorch (default: torch)
  --json FILE     result (default: peers.json)
TEXT
}

fail() { echo "tests/bench/peers/run.sh: $*" >&2; exit 2; }
skip() { echo "tests/bench/peers/run.sh: skipped: $*"; exit 0; }

scan="" scale=1 kernels=3,5,7,9 channels=64 runs=7 threads=$(nproc) lsk3d=$root/build/lsk3d
env="" torch=torch json=peers.json
while (($#)); do
  case $1 in
    --help|-h) usage; exit ;;
    --scan|--scale|--kernels|--channels|--runs|--threads|--lsk3d|--env|--torch|--json)
      [[ -n ${2:-} ]] || fail "$1: expected a value; see --help"
      printf -v "${1#--}" %s "$2"; shift ;;
    *) fail "unknown argument '$1'; see --help" ;;
  esac
  shift
done
[[ $kernels =~ ^[0-9]*[13579](,[0-9]*[13579])*$ ]] || fail "--kernels: expected odd numbers as in 3,5, found '$kernels'"
for name in scale channels runs threads; do
  [[ ${!name} =~ ^[1-9][0-9]*$ ]] || fail "--$name: expected a number from 1, found '${!name}'"
done
[[ -x $lsk3d ]] || fail "--lsk3d: there is no program $lsk3d; build it with tools/build.sh"
[[ -z $scan || -f $scan ]] || fail "--scan: there is no file $scan"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- The environment
: "${env:=$work/env}"
command -v python3 >/dev/null || skip "there is no python3"
if [[ ! -x $env/bin/python ]]; then
  python3 -m venv "$env" >"$work/log" 2>&1 || skip "python3 -m venv does not work here (python3-venv missing?)"
fi
python=$env/bin/python
install() {  # install PACKAGE...: never compiles
  "$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --only-binary :all: \
    --retries 1 --timeout 30 "$@" >"$work/log" 2>&1
}
reason() { { grep -m1 '^ERROR' "$work/log" || tail -n 1 "$work/log"; } | cut -c 1-160; }
if ! "$python" -c 'import numpy, torch' 2>"$work/log"; then
  free=$(df -Pk "$env" | awk 'NR == 2 { print int($4 / 1048576) }')
  ((free >= 8)) || skip "PyTorch may need 8 GB of disk, found $free in $env; --env DIR puts it elsewhere"
  echo "Installing PyTorch"
  install numpy "$torch" || skip "PyTorch cannot be installed ($(reason))"
  "$python" -c 'import numpy, torch' 2>"$work/log" || skip "PyTorch does not load ($(reason))"
fi
peers=(pytorch)
if ! "$python" -c 'import spconv' 2>"$work/log"; then
  echo "Installing spconv"
  install spconv || echo "spconv is left out: no wheel can be installed ($(reason))"
fi
if "$python" -c 'import spconv.pytorch' 2>"$work/log"; then peers+=(spconv)
elif [[ -d $(echo "$env"/lib/python3*/site-packages/spconv) ]]; then
  echo "spconv is left out: it does not load ($(reason))"
fi

# --- The voxels
name=$scan
if [[ -z $scan ]]; then
  name="simulated scan"
  "$lsk3d" synth --quiet --out "$work/streets" --sequences 00:1 >/dev/null
  scan=$work/streets/sequences/00/velodyne/000000.bin
fi
"$python" "$here/voxels.py" --scan "$scan" --scale "$scale" --out "$work/voxels.npy"

# --- Every library at one kernel size before the next size, so that they share the machine's mood
export OMP_NUM_THREADS=$threads MKL_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads
# Threads that wait spinning are the fastest on an idle machine; on a busy one they hold up those
# they wait for, which slows PyTorch many times over.
busy=$(awk -v cores="$(nproc)" '{ print ($1 > cores / 2) ? "passive" : "active" }' /proc/loadavg)
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-$busy}
for kernel in ${kernels//,/ }; do
  own=(--scan "$scan" --kernel "$kernel" --scale "$scale" --runs "$runs" --threads "$threads" --quiet)
  echo "K=$kernel: lsk3d"
  "$lsk3d" bench conv "${own[@]}" --channels "$channels" --json "$work/K$kernel.conv.json" >/dev/null
  "$lsk3d" bench map "${own[@]}" --json "$work/K$kernel.map.json" >/dev/null
  for peer in "${peers[@]}"; do
    echo "K=$kernel: $peer"
    "$python" "$here/time_peer.py" --peer "$peer" --voxels "$work/voxels.npy" --kernel "$kernel" --scale "$scale" \
      --channels "$channels" --runs "$runs" --threads "$threads" \
      --json "$work/K$kernel.$peer.json" 2>"$work/log" ||
      { echo "$peer at K=$kernel failed: $(tail -n 1 "$work/log")"; failed=true; }
  done
done
"$python" "$here/report.py" --folder "$work" --kernels "$kernels" --threads "$threads" --scan "$name" --json "$json"
echo "written to $json"
${failed:-false} && exit 1 || exit 0
