# SPDX-License-Identifier: MIT
"""Times one peer's submanifold convolution at one kernel size and writes the figures as JSON."""
import argparse
import json
import resource
import time

import numpy as np
import torch

from gather_matmul import GatherMatmul
from voxels import grid_at

TOLERANCE = 1e-4  # largest difference over largest value


def measure(work, runs, prepare=lambda: None):
    """Milliseconds of `runs` runs after a warm-up; `prepare` goes before each and does not count."""
    times = []
    for _ in range(runs + 1):
        prepare()
        begin = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begin))
    times = sorted(times[1:])
    return {"median_ms": times[len(times) // 2], "min_ms": times[0], "max_ms": times[-1]}


def difference(found, expected):
    return ((found - expected).abs().max() / expected.abs().max()).item()


def agrees(differences):
    return max(differences.values()) <= TOLERANCE


def measure_all(peer, features, grad, runs):
    prepare = (lambda: peer.prepare_backward(features)) if hasattr(peer, "prepare_backward") else (lambda: None)
    return {"map": measure(peer.build_map, runs),
            "forward": measure(lambda: peer.forward(features), runs),
            "backward": measure(lambda: peer.backward(features, grad), runs, prepare)}


def make_peer(name, voxels, grid, kernel, weight):
    if name == "pytorch":
        return GatherMatmul(voxels, grid, kernel, weight)
    from spconv_native import SpconvNative
    return SpconvNative(voxels, grid, kernel, weight)


def dense_judge(voxels, features, weight, grad):
    """The convolution of a few voxels by PyTorch's dense conv3d: what the plain one is checked with."""
    corner = voxels.min(0).values
    x, y, z = (voxels - corner).long().T
    size = [int(n) + 1 for n in (voxels - corner).max(0).values]
    leaf, dense_weight = features.clone().requires_grad_(), weight.clone().requires_grad_()
    dense = torch.zeros(*size, features.shape[1]).index_put((x, y, z), leaf).permute(3, 0, 1, 2)[None]
    out = torch.nn.functional.conv3d(dense, dense_weight.permute(4, 3, 0, 1, 2), padding=weight.shape[0] // 2)
    rows = out[0].permute(1, 2, 3, 0)[x, y, z]
    rows.backward(grad)
    return rows.detach(), leaf.grad, dense_weight.grad


def check(name, peer, voxels, grid, kernel, weight, features, grad):
    """Differences of output and gradients; the plain PyTorch peer answers to conv3d, others to it."""
    if name == "pytorch":
        middle = voxels[len(voxels) // 2]
        near = ((voxels - middle).abs() <= 12).all(1)
        voxels, features, grad = voxels[near], features[near], grad[near]
        peer = GatherMatmul(voxels, grid, kernel, weight)
        peer.build_map()
        expected = dense_judge(voxels, features, weight, grad)
    else:
        judge = GatherMatmul(voxels, grid, kernel, weight)
        judge.build_map()
        expected = (judge.forward(features), *judge.backward(features, grad))
    out = peer.forward(features)
    if hasattr(peer, "prepare_backward"):
        peer.prepare_backward(features)
    found = (out, *peer.backward(features, grad))
    return {what: difference(f, e) for what, f, e in zip(("forward", "dgrad", "wgrad"), found, expected)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, choices=["pytorch", "spconv"])
    parser.add_argument("--voxels", required=True)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--kernel", type=int, required=True)
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", required=True)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    voxels = torch.from_numpy(np.load(a.voxels))
    grid = grid_at(a.scale)
    features = torch.rand(len(voxels), a.channels) * 2 - 1
    grad = torch.rand(len(voxels), a.channels) * 2 - 1
    weight = torch.rand(*[a.kernel] * 3, a.channels, a.channels) * 2 - 1

    peer = make_peer(a.peer, voxels, grid, a.kernel, weight)
    result = {"peer": a.peer, "kernel": a.kernel, "channels": a.channels, "scale": a.scale,
              "threads": a.threads, "voxels": len(voxels), "pairs": peer.build_map()}
    result["version"] = torch.__version__
    if a.peer == "spconv":
        import spconv
        result["version"] = spconv.__version__

    judged = a.peer, peer, voxels, grid, a.kernel, weight, features, grad
    result["difference"] = check(*judged)
    result.update(measure_all(peer, features, grad, a.runs))
    if not agrees(result["difference"]):
        # A peer whose threads get in each other's way: its times with them are kept, beside those of
        # one thread, with which its results must be right.
        torch.set_num_threads(1)
        alone = result["one_thread"] = {"difference": check(*judged)}
        if a.threads == 1 or not agrees(alone["difference"]):
            raise SystemExit(f"{a.peer} at K={a.kernel}: expected results within {TOLERANCE} of the reference, "
                             f"found {result['difference']}, with one thread {alone['difference']}")
        alone.update(measure_all(peer, features, grad, a.runs))
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with open(a.json, "w") as out:
        json.dump(result, out, indent=2)


if __name__ == "__main__":
    main()
