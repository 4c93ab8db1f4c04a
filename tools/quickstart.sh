#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From nothing to a labelled LiDAR scan: builds lsk3d, simulates a few streets, trains on them,
# evaluates, exports the pruned model, labels one scan with it and draws it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
tools/quickstart.sh [--data DIR] [--config FILE] [--out DIR]

  --data DIR     a SemanticKITTI data set (the folder that holds sequences/) instead of simulated streets
  --config FILE  configuration to train with (default: configs/quickstart.yaml)
  --out DIR      where everything goes (default: quickstart)
TEXT
}

fail() { echo "tools/quickstart.sh: $*" >&2; exit 2; }

data="" config=configs/quickstart.yaml out=quickstart
while (($#)); do
  case $1 in
    --help|-h) usage; exit ;;
    --data) data=${2:?--data: expected a folder}; shift ;;
    --config) config=${2:?--config: expected a YAML file}; shift ;;
    --out) out=${2:?--out: expected a folder}; shift ;;
    *) fail "unknown argument '$1'; see tools/quickstart.sh --help" ;;
  esac
  shift
done
[[ -z $data || -d $data ]] || fail "--data: there is no folder $data"
[[ -f $config ]] || fail "--config: there is no file $config"

step() { printf '\n== %s (%d s so far)\n' "$1" "$SECONDS"; }

step "Building"
tools/build.sh --target lsk3d_cli
mkdir -p "$out"
lsk3d=build/lsk3d

if [[ -z $data ]]; then
  data=$out/streets unseen=$out/unseen
  step "Simulating streets: four to train on, two to validate on, and two of another seed to be judged by"
  $lsk3d synth --out "$data" --seed 1 --beams 32 --columns 900 --sequences 00:12,01:12,02:12,03:12,08:4,09:4
  $lsk3d synth --out "$unseen" --seed 2 --beams 32 --columns 900 --sequences 08:8,09:8
else
  unseen=$data
fi

step "Training"
# An earlier run is a user's work: it moves aside.
[[ ! -e $out/run ]] || mv "$out/run" "$out/run.$(date +%Y%m%d-%H%M%S)"
$lsk3d train --config "$config" --data "$data" --out "$out/run"

step "Evaluating"
$lsk3d eval --checkpoint "$out/run/best.safetensors" --data "$unseen" --report "$out/eval.json"

step "Exporting the pruned model"
$lsk3d export --checkpoint "$out/run/best.safetensors" --out "$out/model.safetensors"

step "Predicting one scan"
scan=$(find -L "$unseen" -path '*/08/velodyne/*.bin' | sort | sed -n 1p)
[[ -n $scan ]] || fail "$unseen: found no scan of sequence 08"
$lsk3d predict --checkpoint "$out/model.safetensors" --input "$scan" --output "$out/prediction.label"
for picture in prediction.png prediction.html; do  # prediction and truth
  $lsk3d view --input "$scan" --checkpoint "$out/model.safetensors" --out "$out/$picture"
done

step "Done"
cat <<TEXT
  model       $out/model.safetensors, pruned; $out/run holds the training
  scores      $out/eval.json
  prediction  $out/prediction.label
  picture     $out/prediction.png, $out/prediction.html to turn with the mouse
TEXT
