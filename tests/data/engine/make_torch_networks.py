# mypy: ignore-errors
# (PyTorch is not installed where mypy runs.)
"""Makes torch_networks.json: 60 random networks with every gradient as PyTorch 2.13 gives it, in float64.

Run once, by hand, where PyTorch is installed; no test runs it: python make_torch_networks.py
"""

from __future__ import annotations

import json
from pathlib import Path

import torch

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky-relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
    "softmax": lambda z: torch.softmax(z, dim=-1),
}
LAST = {
    "cross-entropy": ["softmax"],
    "binary-cross-entropy": ["sigmoid"],
    "quadratic": ["sigmoid", "tanh", "identity", "softmax"],
    "sum": ["softmax", "tanh", "identity"],
}


def pick(options, generator):
    return options[int(torch.randint(len(options), (1,), generator=generator))]


def loss_of(loss, z, a, y, rows):
    if loss == "cross-entropy":
        return -(y * torch.log_softmax(z, dim=-1)).sum() / rows
    if loss == "binary-cross-entropy":
        return torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / rows
    return (0.5 * ((a - y) ** 2).sum() if loss == "quadratic" else a.sum()) / rows


def network(n):
    generator = torch.Generator().manual_seed(1000 + n)
    depth = n % 5 + 1
    rows = [None, 1, 2, 3, 4, 5, 6][n % 7]
    loss = list(LAST)[n % 4]
    widths = [int(torch.randint(1, 7, (1,), generator=generator)) for _ in range(depth + 1)]
    inner = ["sigmoid", "tanh", "relu", "leaky-relu"]
    activations = [pick(inner, generator) for _ in range(depth - 1)] + [pick(LAST[loss], generator)]

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    batch = () if rows is None else (rows,)
    values = {"x": normal(*batch, widths[0])}
    if loss == "cross-entropy":
        right = torch.randint(widths[-1], batch, generator=generator)
        values["y"] = torch.nn.functional.one_hot(right, widths[-1]).to(torch.float64)
    elif loss == "binary-cross-entropy":
        values["y"] = (normal(*batch, widths[-1]) > 0).to(torch.float64)
    elif loss == "quadratic":
        values["y"] = normal(*batch, widths[-1])
    for layer in range(1, depth + 1):
        values[f"W{layer}"] = normal(widths[layer], widths[layer - 1])
        values[f"b{layer}"] = normal(widths[layer])
    tensors = {name: value.clone().requires_grad_(name != "y") for name, value in values.items()}
    a, passed = tensors["x"], {}
    for layer, activation in enumerate(activations, 1):
        z = passed[f"z{layer}"] = torch.nn.functional.linear(a, tensors[f"W{layer}"], tensors[f"b{layer}"])
        a = passed[f"a{layer}"] = ACTIVATIONS[activation](z)
        z.retain_grad()
        a.retain_grad()
    L = loss_of(loss, z, a, tensors.get("y"), rows or 1)
    L.backward()
    expected = {name: tensor.detach().tolist() for name, tensor in passed.items()} | {"L": L.item()}
    for name, tensor in (tensors | passed).items():
        if tensor.grad is not None:  # the last activation has none where the loss is taken from the logits
            expected[f"d{name}"] = tensor.grad.tolist()
    given = {name: value.tolist() for name, value in values.items()}
    spec = {"layers": widths, "activations": activations, "loss": loss, "rows": rows}
    return {"spec": spec, "given": given, "expected": expected}


if __name__ == "__main__":
    networks = [network(n) for n in range(60)]
    lines = ",\n".join(json.dumps(one) for one in networks)
    Path(__file__).with_name("torch_networks.json").write_text(f"[\n{lines}\n]\n")
