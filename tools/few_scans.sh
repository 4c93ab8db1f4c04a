#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Learns from a dozen labelled scans beside simulated streets, so that the network sees more than one
# street. Judged on sequence 08, with eight votes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
tools/few_scans.sh --data DIR [--out DIR]

  --data DIR  a SemanticKITTI data set (the folder that holds sequences/) with a few scans of
              sequence 00 to learn from and of sequence 08 to be judged by
  --out DIR   where everything goes (default: few_scans)
TEXT
}

fail() { echo "tools/few_scans.sh: $*" >&2; exit 2; }

data="" out=few_scans
while (($#)); do
  case $1 in
    --help|-h) usage; exit ;;
    --data) data=${2:?--data: expected a folder}; shift ;;
    --out) out=${2:?--out: expected a folder}; shift ;;
    *) fail "unknown argument '$1'; see tools/few_scans.sh --help" ;;
  esac
  shift
done
[[ -n $data ]] || fail "--data: expected a folder, found none; see tools/few_scans.sh --help"
for sequence in 00 08; do
  [[ -d $data/sequences/$sequence/labels ]] ||
    fail "--data $data: expected labelled scans of sequence $sequence, found no sequences/$sequence/labels"
done
data=$(cd "$data" && pwd)
[[ ! -e $out ]] || fail "--out $out: exists; move it away or choose another folder"

step() { printf '\n== %s (%d s so far)\n' "$1" "$SECONDS"; }

step "Building"
tools/build.sh --target lsk3d_cli
lsk3d=build/lsk3d
mkdir -p "$out"

step "Simulating one scan of each of 72 streets"
streets=$(printf '%d:1,' {20..91})
$lsk3d synth --out "$out/joint" --seed 5 --sequences "${streets%,}"
for copy in 00 14 15 16 17 18; do ln -s "$data/sequences/00" "$out/joint/sequences/$copy"; done
ln -s "$data/sequences/08" "$out/joint/sequences/08"

step "Training"
$lsk3d train --config configs/lsk3dnet_few_scans_joint.yaml --data "$out/joint" --out "$out/run"

step "Evaluating"
$lsk3d eval --checkpoint "$out/run/last.safetensors" --data "$data" --votes 8 --report "$out/eval.json"
step "Done"
