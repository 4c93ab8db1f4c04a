# SPDX-License-Identifier: MIT
"""Puts lsk3d's figures and its peers' side by side: one table, one JSON file."""
import argparse
import json
import os
import pathlib
import sys


TIMES = ("median_ms", "min_ms", "max_ms")


def added(*rows):
    return {key: sum(row[key] for row in rows) for key in TIMES}


def lsk3d_at(folder, kernel, threads):
    """Times of each task, from the JSON of `lsk3d bench conv` and `lsk3d bench map`."""
    conv = json.loads((folder / f"K{kernel}.conv.json").read_text())
    by_op = {row["op"]: row for row in conv["rows"]}
    rows = json.loads((folder / f"K{kernel}.map.json").read_text())["rows"]
    suffix = ", 1 thread" if threads == 1 else f", {threads} threads"
    maps = {row["op"].removesuffix(suffix): row for row in rows if row["op"].endswith(suffix)}
    forward = by_op["forward"]
    return {
        "map": added(maps["kernel map"]),
        "map and grid": added(maps["kernel map"], maps["voxel grid"]),
        "forward": added(forward),
        "backward": added(by_op["dgrad"], by_op["wgrad"]),
        # Not printed by lsk3d, but in its rate: 2 C² operations a pair.
        "pairs": round(forward["gflops"] * forward["median_ms"] * 1e6 / (2 * forward["channels"] ** 2)),
        "machine": conv["machine"],
    }


def compared(name, peer, own, kernel):
    """A row for each task of `peer`, beside lsk3d's."""
    rows = []
    for task in ("map", "map and grid", "forward", "backward"):
        time = peer[task.split()[0]]
        rows.append({
            "kernel": kernel, "task": task, "peer": name,
            "peer_ms": {key: time[key] for key in TIMES}, "lsk3d_ms": own[task],
            "ratio": time["median_ms"] / own[task]["median_ms"],
            "ratio_of_fastest": time["min_ms"] / own[task]["min_ms"]})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--kernels", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--scan", required=True, help="how to name the scan")
    parser.add_argument("--json", required=True)
    a = parser.parse_args()

    report = {"scan": a.scan, "threads": a.threads,
              "omp_wait_policy": os.environ.get("OMP_WAIT_POLICY", ""), "rows": [], "peers": []}
    agreed = True
    for kernel in map(int, a.kernels.split(",")):
        own = lsk3d_at(a.folder, kernel, a.threads)
        report["machine"] = own["machine"]
        for peer_name in ("pytorch", "spconv"):
            file = a.folder / f"K{kernel}.{peer_name}.json"
            if not file.exists():
                continue
            peer = json.loads(file.read_text())
            report["peers"].append(peer)
            if peer["pairs"] != own["pairs"]:
                agreed = False
                print(f"{peer_name} at K={kernel}: expected lsk3d's {own['pairs']} pairs, found "
                      f"{peer['pairs']}: not the same voxels, so no comparison", file=sys.stderr)
                continue
            report["rows"] += compared(peer_name, peer, own, kernel)
            if "one_thread" in peer:
                report["rows"] += compared(f"{peer_name}, 1 thread", peer["one_thread"], own, kernel)
    with open(a.json, "w") as out:
        json.dump(report, out, indent=2)

    machine = report["machine"]
    print(f"\n{'K':>2}  {'task':<12}  {'peer':<16}  {'peer ms':>8}  {'(min - max)':>19}  {'lsk3d ms':>8}  "
          f"{'(min - max)':>19}  peer / lsk3d  fastest runs")
    for row in report["rows"]:
        cells = []
        for times in (row["peer_ms"], row["lsk3d_ms"]):
            spread = f"({times['min_ms']:.1f} - {times['max_ms']:.1f})"
            cells.append(f"{times['median_ms']:>8.1f}  {spread:>19}")
        print(f"{row['kernel']:>2}  {row['task']:<12}  {row['peer']:<16}  {cells[0]}  {cells[1]}  "
              f"{row['ratio']:>12.1f}  {row['ratio_of_fastest']:>12.1f}")
    for peer in report["peers"]:
        worst = max(peer["difference"].values())
        verdict = f"results agree with the reference within {worst:.1e}"
        if "one_thread" in peer:
            alone = max(peer["one_thread"]["difference"].values())
            verdict = (f"with {peer['threads']} threads results are wrong, off by {worst:.1e}; "
                       f"with one they agree within {alone:.1e}")
        print(f"K={peer['kernel']}: {peer['peer']} {peer['version']}: {verdict}")
    voxels = report["peers"][0]["voxels"] if report["peers"] else 0
    print(f"{a.scan}: {voxels} voxels; {machine['processor']}, {a.threads} threads, sgemm "
          f"{machine['sgemm_gflops']:.0f} GFLOP/s; medians, and the ratio of the fastest runs")
    return 0 if agreed and report["rows"] else 1


if __name__ == "__main__":
    sys.exit(main())
