# SPDX-License-Identifier: MIT
"""Writes the distinct voxels of a scan: int32[V, 3] of x, y, z, sorted, for every peer to read."""
import argparse

import numpy as np

# The paper's volume in metres and its grid of 5 cm voxels.
LOW = np.array([-50, -50, -4], np.float32)
HIGH = np.array([50, 50, 2], np.float32)
GRID = (2000, 2000, 120)


def grid_at(scale):
    return [-(-size // scale) for size in GRID]


def voxels_of(points, scale):
    """`points` float32[N, 4] of x, y, z, remission."""
    xyz = points[:, :3]
    inside = ((xyz > LOW) & (xyz < HIGH)).all(axis=1)  # false for NaN too
    grid = np.array(grid_at(scale), np.float32)
    # In float32, multiplied first and divided then: other orders move points across voxel borders.
    index = (grid * (xyz[inside] - LOW) / (HIGH - LOW)).astype(np.int32)
    return np.unique(index, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scan", required=True, help="float32 x, y, z, remission, point after point")
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--out", required=True, help="the .npy file to write")
    arguments = parser.parse_args()
    values = np.fromfile(arguments.scan, np.float32)
    if values.size == 0 or values.size % 4:
        parser.error(f"--scan {arguments.scan}: expected a multiple of 4 float32 values, found {values.size}")
    voxels = voxels_of(values.reshape(-1, 4), arguments.scale)
    if not len(voxels):
        parser.error(f"--scan {arguments.scan}: expected points inside the volume, found none")
    np.save(arguments.out, voxels)
    print(f"{len(voxels)} voxels of {values.size // 4} points")


if __name__ == "__main__":
    main()
