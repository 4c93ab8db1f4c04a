#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tools/ablation on a small data set: a table with the one row, once more without training, and wrong use.
#   ablation.sh LSK3D SOURCE
set -euo pipefail
lsk3d=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$lsk3d" synth --out "$folder/streets" --beams 16 --columns 200 --sequences 00:2,08:1 --quiet
run() {
  "$source/tools/ablation" --lsk3d "$lsk3d" --streets "$folder/streets" --unseen "$folder/streets" \
    --out "$folder/out" --seeds 0 --jobs 1 --set train.epochs=1 "$source/configs/lsk3dnet_tiny.yaml" "$@"
}
first=$(run)
grep -q '^lsk3dnet_tiny, seed 0: mIoU' <<<"$first"
again=$(run --table-only)
grep -q '^| lsk3dnet_tiny | 1 |' <<<"$again"
if grep -q 'seed 0: mIoU' <<<"$again"; then echo "it trained again"; exit 1; fi
cmp <(cut -d'|' -f2-6 "$folder/out/table.md") <(cut -d'|' -f2-6 <<<"$again")

refuses() {  # refuses WORDS... MESSAGE
  local message=${*: -1} status=0 said
  said=$("$source/tools/ablation" --lsk3d "$lsk3d" --out "$folder/none" "${@:1:$#-1}" 2>&1) || status=$?
  [[ $status == 2 && $said == *"$message"* ]] || { echo "expected '$message', found $status: $said"; exit 1; }
}
refuses --seeds one "--seeds: expected numbers"
refuses --jobs 0 "--jobs: expected a number from 1"
refuses nowhere.yaml "nowhere.yaml: there is no such configuration"
refuses --table-only --streets x --unseen x "no run is finished"
