#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, configures and builds lsk3d into build/. Run it again to build what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
tools/build.sh [--cpu] [--arch N] [--preset NAME] [--target NAME] [--jobs N] [CMake options...]

  --cpu          no CUDA backend, even where nvcc is installed
  --arch N       GPU architecture, as in --arch 90
  --preset NAME  release (default, into build/), dev, asan, tsan, cuda or ci (into build-NAME/)
  --target NAME  build this alone: lsk3d_cli is the command line
  --jobs N       compile N files at a time (default: by cores and memory)

Examples:
  tools/build.sh
  tools/build.sh --cpu -DLSK3D_BUILD_TESTS=OFF
TEXT
}

fail() { echo "tools/build.sh: $*" >&2; exit 2; }

preset=release cpu=false arch="" jobs="" options=() targets=()
while (($#)); do
  case $1 in
    --help|-h) usage; exit ;;
    --cpu) cpu=true ;;
    --arch) arch=${2:?--arch: expected a number such as 90}; shift ;;
    --preset) preset=${2:?--preset: expected a name}; shift ;;
    --target) targets=(--target "${2:?--target: expected a name}"); shift ;;
    --jobs) jobs=${2:?--jobs: expected a number}; shift ;;
    -D) options+=("-D${2:?-D: expected NAME=VALUE}"); shift ;;
    -*) options+=("$1") ;;
    *) fail "unknown argument '$1'; see tools/build.sh --help" ;;
  esac
  shift
done
case $preset in
  release) folder=build ;;
  dev|asan|tsan|cuda|ci) folder=build-$preset ;;
  *) fail "--preset: expected release, dev, asan, tsan, cuda or ci, found '$preset'" ;;
esac

# Packages by apt: only those that are missing. Elsewhere CMake says what it lacks and fetches the rest.
missing=()
need_command() { command -v "$1" >/dev/null || missing+=("$2"); }
need_package() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]] || missing+=("$1"); }
if command -v apt-get >/dev/null; then
  [[ -n ${CXX:-} ]] || need_command c++ g++
  need_command cc gcc
  need_command cmake cmake
  need_command ninja ninja-build
  need_command git git
  need_command ccache ccache
  for package in libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev zlib1g-dev libpng-dev \
                 libhwy-dev libgtest-dev libopenblas-dev; do
    need_package "$package"
  done
fi
if ((${#missing[@]})); then
  echo "installing: ${missing[*]}"
  as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "needs root or sudo to install: ${missing[*]}"
    as_root=(sudo)
  fi
  install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
  if ! { "${install[@]}" update && "${install[@]}" install -y --no-install-recommends "${missing[@]}"; } >/dev/null; then
    echo "tools/build.sh: apt-get could not install them all; going on with what is there" >&2
  fi
fi
command -v cmake >/dev/null || fail "needs CMake 3.22 or newer"

# The CUDA backend: where the sources have one and nvcc is there, unless --cpu.
if ! $cpu && [[ -f cuda/CMakeLists.txt ]] && command -v nvcc >/dev/null; then
  options=(-DLSK3D_CUDA=ON "${options[@]}")
  [[ -z $arch ]] || options=("-DCMAKE_CUDA_ARCHITECTURES=$arch" "${options[@]}")
elif [[ $preset != cuda ]]; then
  options=(-DLSK3D_CUDA=OFF "${options[@]}")
  [[ -z $arch ]] || echo "building for the CPU alone: --arch $arch has no effect"
fi

# A compiler job takes about 1 GiB.
if [[ -z $jobs ]]; then
  jobs=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo 2>/dev/null || true)
  if [[ -n $memory ]] && ((memory < jobs)); then jobs=$((memory > 0 ? memory : 1)); fi
fi

# A folder keeps the generator it was made with.
mkdir -p "$folder"
generator=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$folder/CMakeCache.txt" 2>/dev/null || true)
if [[ -z $generator ]] && ! command -v ninja >/dev/null; then generator="Unix Makefiles"; fi
[[ -z $generator ]] || options=(-G "$generator" "${options[@]}")
if ! cmake --preset "$preset" "${options[@]}" >"$folder/configure.log" 2>&1; then
  cat "$folder/configure.log" >&2
  exit 1
fi
grep 'no suitable system package' "$folder/configure.log" || true
cmake --build "$folder" --parallel "$jobs" "${targets[@]}"
