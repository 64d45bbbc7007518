# mypy: ignore-errors
# (PyTorch is not installed where mypy runs.)
"""Write torch_training.json: two networks trained for 2000 steps by PyTorch in float64, with each optimizer.

Run once with PyTorch 2.13: `python make_torch_training.py`. The file is frozen; the tests only read it. The data are
made here: two spirals for the dense network, bars across small noisy images for the one with a convolution.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from random import Random
from typing import Any

import torch

FILE = Path(__file__).with_name("torch_training.json")
STEPS = 2000
OPTIMIZERS = {
    "sgd": (0.1, lambda p: torch.optim.SGD(p, 0.1)),
    "momentum": (0.02, lambda p: torch.optim.SGD(p, 0.02, momentum=0.9)),
    "adam": (0.003, lambda p: torch.optim.Adam(p, 0.003)),
}


def spirals(random: Random) -> tuple[list[Any], list[Any]]:
    """24 points on two arms."""
    x, y = [], []
    for n in range(24):
        angle, arm = 0.3 + n // 2 * 0.35, n % 2
        turn = angle + math.pi * arm
        x.append([round(angle / 4 * f(turn) + random.gauss(0, 0.02), 3) for f in (math.cos, math.sin)])
        y.append([float(arm == k) for k in range(2)])
    return x, y


def bars(random: Random) -> tuple[list[Any], list[Any]]:
    """12 images 6x5 with a bar that lies, stands or slants."""
    x, y = [], []
    for n in range(12):
        kind, at = n % 3, 1 + n // 3 % 3
        hit = [lambda i, j, at=at: i == at, lambda i, j, at=at: j == at, lambda i, j, at=at: i == j + at - 1][kind]
        x.append([[[round(float(hit(i, j)) + random.gauss(0, 0.1), 3) for j in range(5)] for i in range(6)]])
        y.append([float(kind == k) for k in range(3)])
    return x, y


def networks() -> dict[str, tuple[Any, list[Any], list[Any]]]:
    random = Random(7)
    dense = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
    image = torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, (3, 2)),
        torch.nn.Sigmoid(),
        torch.nn.AvgPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(12, 3),
    )
    return {"dense": (dense, *spirals(random)), "image": (image, *bars(random))}


def trained(kind: str, optimizer: str) -> dict[str, Any]:
    torch.manual_seed(3)
    network, x, y = networks()[kind]
    names = ["W1", "b1", "W2", "b2"] if kind == "dense" else ["K1", "b1", "W4", "b4"]
    parameters = list(network.parameters())
    start = {name: p.detach().tolist() for name, p in zip(names, parameters, strict=True)}
    rate, make = OPTIMIZERS[optimizer]
    moves, inputs, targets = make(parameters), torch.tensor(x), torch.tensor(y)
    losses = []
    for _ in range(STEPS + 1):
        moves.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(inputs), targets)
        losses.append(loss.item())
        if len(losses) <= STEPS:
            loss.backward()
            moves.step()
    end = {name: p.detach().tolist() for name, p in zip(names, parameters, strict=True)}
    found = {"network": kind, "optimizer": optimizer, "rate": rate, "steps": STEPS}
    return found | {
        "x": x,
        "y": y,
        "start": start,
        "end": end,
        "losses": {str(n): losses[n] for n in (0, 1, 10, 100, STEPS)},
    }


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    cases = [trained(kind, optimizer) for kind in ("dense", "image") for optimizer in OPTIMIZERS]
    FILE.write_text(json.dumps(cases, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
