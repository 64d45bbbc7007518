# mypy: ignore-errors
# (PyTorch is not installed where mypy runs.)
"""Write torch_images.json: 40 convolutions and 20 poolings with all gradients, computed by PyTorch in float64.

Run once with PyTorch 2.13: `python make_torch_images.py`. The file is frozen; the tests only read it.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import torch

FILE = Path(__file__).with_name("torch_images.json")


def listed(array: Any) -> Any:
    return array.detach().tolist()


def convolution(n: int, random: Random) -> dict[str, Any]:
    """Kernels from 1x1 to 3x4, strides that leave a rest among them."""
    size = [random.randint(1, 3), random.randint(1, 4)]
    stride = [random.randint(1, 3), random.randint(1, 3)] if n % 2 else [1 + n % 4 // 2] * 2
    padding = [random.randint(0, 2), random.randint(0, 2)] if n % 3 else [0, 0]
    channels, filters, rows = random.randint(1, 3), random.randint(1, 3), random.randint(1, 3)
    x = torch.randn(rows, channels, size[0] + random.randint(0, 4), size[1] + random.randint(0, 4), requires_grad=True)
    K = torch.randn(filters, channels, *size, requires_grad=True)
    b = torch.randn(filters, requires_grad=True)
    z = torch.nn.functional.conv2d(x, K, b, stride=stride, padding=padding)
    dz = torch.randn_like(z)
    z.backward(dz)
    arrays = {"X": x, "K": K, "b": b, "Z": z, "dZ": dz, "dX": x.grad, "dK": K.grad, "db": b.grad}
    return {"stride": stride, "padding": padding} | {name: listed(array) for name, array in arrays.items()}


def pooling(n: int, random: Random) -> dict[str, Any]:
    """Every other input has few different numbers, so that windows have ties."""
    size = [random.randint(1, 3), random.randint(1, 3)]
    stride = [random.randint(1, 3), random.randint(1, 3)] if n % 2 else size
    shape = (random.randint(1, 2), random.randint(1, 3), size[0] + random.randint(0, 5), size[1] + random.randint(0, 5))
    x = torch.randint(0, 3, shape).to(torch.float64) if n % 4 < 2 else torch.randn(shape)
    kind = "max" if n % 5 < 3 else "average"
    run = torch.nn.functional.max_pool2d if kind == "max" else torch.nn.functional.avg_pool2d
    x.requires_grad_()
    y = run(x, size, stride)
    dy = torch.randn_like(y)
    y.backward(dy)
    arrays = {"X": x, "Y": y, "dY": dy, "dX": x.grad}
    return {"kind": kind, "size": size, "stride": stride} | {name: listed(array) for name, array in arrays.items()}


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(20)
    random = Random(20)
    cases = {
        "convolution": [convolution(n, random) for n in range(40)],
        "pooling": [pooling(n, random) for n in range(20)],
    }
    FILE.write_text(json.dumps(cases, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
