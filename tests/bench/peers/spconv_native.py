# SPDX-License-Identifier: MIT
"""spconv's own submanifold convolution on a CPU (its Native algorithm, the one that runs there)."""
import spconv.pytorch as spconv
import torch
from spconv.core import ConvAlgo
from spconv.pytorch import ops

if not torch.cuda.is_available():
    # Its backward pass asks for a CUDA stream even where it then works without one.
    ops.get_current_stream = lambda: 0


class SpconvNative:
    def __init__(self, voxels, grid, kernel, weight):
        """`voxels` int32[V, 3]; `weight` float32[K, K, K, Cin, Cout]."""
        batch = torch.zeros(len(voxels), 1, dtype=torch.int32)
        self.indices = torch.cat([batch, voxels.int()], 1).contiguous()
        self.grid, self.kernel = list(grid), kernel
        cin, cout = weight.shape[-2:]
        self.conv = spconv.SubMConv3d(cin, cout, kernel, bias=False, indice_key="peers", algo=ConvAlgo.Native)
        own = weight.permute(4, 0, 1, 2, 3).contiguous()  # output channel, kernel, input channel
        if self.conv.weight.shape != own.shape:
            raise RuntimeError(
                f"spconv: expected a weight of shape {tuple(own.shape)}, found {tuple(self.conv.weight.shape)}")
        self.conv.weight.data.copy_(own)
        self.cache, self.graph = {}, None

    def build_map(self):
        cube = [self.kernel] * 3
        found = ops.get_indice_pairs(self.indices, 1, self.grid, ConvAlgo.Native, cube, [1] * 3,
                                     [self.kernel // 2] * 3, [1] * 3, [0] * 3, subm=True)
        # Counted for half of the offsets: the map of the others is the same turned round.
        half = found[2][: self.kernel**3 // 2].sum().item()
        return 2 * half + len(self.indices)

    def forward(self, features):
        x = spconv.SparseConvTensor(features, self.indices, self.grid, 1)
        x.indice_dict = self.cache  # the first call builds the map, later ones find it here
        with torch.no_grad():
            return self.conv(x).features

    def prepare_backward(self, features):
        leaf = features.detach().requires_grad_()
        x = spconv.SparseConvTensor(leaf, self.indices, self.grid, 1)
        x.indice_dict = self.cache
        self.conv.weight.grad = None
        self.graph = leaf, self.conv(x).features

    def backward(self, features, grad):
        leaf, out = self.graph
        out.backward(grad)
        return leaf.grad, self.conv.weight.grad.permute(1, 2, 3, 4, 0)
