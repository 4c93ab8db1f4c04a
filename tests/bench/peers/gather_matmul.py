# SPDX-License-Identifier: MIT
"""A submanifold convolution in plain PyTorch: gather, matrix product, add per offset.

That is the dataflow of most libraries on a CPU, with the vendor's matrix product inside.
"""
import torch


class GatherMatmul:
    def __init__(self, voxels, grid, kernel, weight):
        """`voxels` int32[V, 3], sorted and distinct; `weight` float32[K, K, K, C, C]."""
        self.voxels, self.grid, self.kernel = voxels.long(), grid, kernel
        self.weight = weight.reshape(kernel**3, weight.shape[-2], weight.shape[-1])
        self.pairs = None

    def build_map(self):
        """Per offset the rows (input, output) with input = output + offset, by binary search.

        The map of an offset is that of the mirrored one turned round, so half of them are searched.
        """
        half = self.kernel // 2
        # A margin on each axis keeps a neighbour beyond the border from aliasing another voxel.
        stride_y = self.grid[2] + 2 * half
        stride_x = stride_y * (self.grid[1] + 2 * half)
        keys = self.voxels @ torch.tensor([stride_x, stride_y, 1])
        rows = torch.arange(len(keys))
        last = self.kernel**3 - 1
        pairs = [None] * (last + 1)
        for k in range((last + 1) // 2):
            x, rest = divmod(k, self.kernel**2)
            y, z = divmod(rest, self.kernel)
            wanted = keys + ((x - half) * stride_x + (y - half) * stride_y + z - half)
            place = torch.searchsorted(keys, wanted).clamp_(max=len(keys) - 1)
            outputs = torch.nonzero(keys[place] == wanted).flatten()
            inputs = place[outputs]
            pairs[k], pairs[last - k] = (inputs, outputs), (outputs, inputs)
        pairs[last // 2] = (rows, rows)
        self.pairs = pairs
        return sum(len(inputs) for inputs, _ in pairs)

    @torch.no_grad()
    def forward(self, features):
        center = len(self.pairs) // 2
        out = features @ self.weight[center]
        for k, (inputs, outputs) in enumerate(self.pairs):
            if k != center and len(inputs):
                out.index_add_(0, outputs, features.index_select(0, inputs) @ self.weight[k])
        return out

    @torch.no_grad()
    def backward(self, features, grad):
        """Gradients of the features and of the weight [K, K, K, C, C]."""
        center = len(self.pairs) // 2
        features_grad = grad @ self.weight[center].T
        weight_grad = torch.zeros_like(self.weight)
        weight_grad[center] = features.T @ grad
        for k, (inputs, outputs) in enumerate(self.pairs):
            if k != center and len(inputs):
                rows = grad.index_select(0, outputs)
                features_grad.index_add_(0, inputs, rows @ self.weight[k].T)
                weight_grad[k] = features.index_select(0, inputs).T @ rows
        return features_grad, weight_grad.reshape(*[self.kernel] * 3, *self.weight.shape[1:])
