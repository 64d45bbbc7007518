"""How fast one training step is: forward, backward and update, beside PyTorch, autograd and the bare matrix products.

    OMP_NUM_THREADS=1 python benchmarks/engine.py [--pairs 31] [--only NAME]

All sides take turns in one run; times are medians, and ratios the medians of the turns' ratios, so that a busy machine
slows both sides of them. The floor is the
sum of the matrix products that a step cannot do without. `pip install -e '.[bench]'` brings the other packages; what is
not installed is left out.
"""

# ruff: noqa: E402 - the number of threads has to be said before NumPy is imported
from __future__ import annotations

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from bptutor.engine.blocks import Conv, Dense, Flatten
from bptutor.engine.network import ImageSpec, Plan, Spec, given, shape
from bptutor.engine.train import Trainer, Training
from bptutor.engine.windows import Window

RATE = 1e-3
SLICE = 0.01
"""Seconds that one side runs before the other's turn."""

Step = Callable[[], object]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """One network and its goals."""

    name: str
    spec: Plan
    floor: float | None
    """Goal of the ratio to the floor, in float32."""
    torch: float
    """Goal of the ratio to PyTorch."""


SUBJECTS = (
    Subject("2-3-2, batch 1", Spec((2, 3, 2), ("sigmoid", "sigmoid"), "quadratic"), None, 0.2),
    Subject("784-128-10, batch 64", Spec((784, 128, 10), ("relu", "softmax"), "cross-entropy", 64), 1.3, 0.75),
    Subject(
        "784-512-512-10, batch 256",
        Spec((784, 512, 512, 10), ("relu", "relu", "softmax"), "cross-entropy", 256),
        1.1,
        1.0,
    ),
    Subject(
        "convolution, batch 32",
        ImageSpec((1, 28, 28), (Conv(8, Window((3, 3)), "relu"), Flatten(), Dense(10, "softmax")), "cross-entropy", 32),
        2.0,
        0.5,
    ),
)


def numbers(spec: Plan, kind: str) -> dict[str, Any]:
    """Draw inputs, small weights and a one-hot target."""
    rng = np.random.default_rng(0)
    values = {name: (rng.normal(size=shape(spec, axes)) * 0.1).astype(kind) for name, axes in given(spec).items()}
    if spec.loss == "cross-entropy":
        values["y"] = np.eye(values["y"].shape[-1], dtype=kind)[rng.integers(values["y"].shape[-1], size=spec.rows)]
    return values


def ours(spec: Plan, values: Values) -> Step:
    """One step of the engine."""
    return Trainer(spec, values, Training(RATE)).step


def products(spec: Plan, values: Values) -> Step:
    """The matrix products of one step: Z = A Wᵀ, dW = δᵀ A, dA = δ W; for a convolution Z = K P and dK = δ Pᵀ."""
    calls: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
    rng = np.random.default_rng(1)

    def array(*size: int) -> Any:
        return rng.normal(size=size).astype(values["x"].dtype)

    rows = spec.rows or 1
    for placed in spec.placed:
        first = not calls
        if isinstance(placed.block, Dense):
            (below,), (above,) = placed.below.values(), placed.above.values()
            A, W, d = array(rows, below), array(above, below), array(rows, above)
            calls += [(np.dot, (A, W.T, array(rows, above))), (np.dot, (d.T, A, array(above, below)))]
            calls += [] if first else [(np.dot, (d, W, array(rows, below)))]
        elif isinstance(placed.block, Conv):
            filters, *image = placed.above.values()
            entries, places = placed.block.window.size[0] * placed.block.window.size[1], image[0] * image[1]
            entries *= next(iter(placed.below.values()))
            K, P, d = array(filters, entries), array(rows, entries, places), array(rows, filters, places)
            calls.append((np.matmul, (K, P, array(rows, filters, places))))
            calls.append((np.matmul, (d, P.transpose(0, 2, 1), array(rows, filters, entries))))

    def step() -> None:
        for function, arguments in calls:
            function(*arguments)

    return step


def torch_step(spec: Plan, values: Values) -> Step:
    """One step of PyTorch in eager mode, with its own layers, loss and optimizer."""
    import torch

    torch.set_num_threads(1)
    kind = torch.float32 if values["x"].dtype == np.float32 else torch.float64
    modules: list[Any] = []
    for placed in spec.placed:
        block = placed.block
        below = [*placed.below.values()]
        if isinstance(block, Dense):
            modules.append(torch.nn.Linear(below[0], block.units, dtype=kind))
        elif isinstance(block, Conv):
            modules.append(torch.nn.Conv2d(below[0], block.filters, block.window.size, dtype=kind))
        else:
            modules.append(torch.nn.Flatten())
        activation = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}.get(block.activation or "")
        modules += [activation()] if activation else []
    network = torch.nn.Sequential(*modules)
    optimizer = torch.optim.SGD(network.parameters(), RATE)
    x, y = torch.tensor(values["x"]), torch.tensor(values["y"])
    right = y.argmax(-1)

    def step() -> None:
        optimizer.zero_grad()
        out = network(x)
        if spec.loss == "quadratic":
            loss = 0.5 * ((out - y) ** 2).sum()
        else:
            loss = torch.nn.functional.cross_entropy(out, right)
        loss.backward()
        optimizer.step()

    return step


def autograd_step(spec: Plan, values: Values) -> Step | None:
    """One step of HIPS autograd on dense layers; its convolution is no competitor and is left out."""
    if not isinstance(spec, Spec):
        return None
    import autograd.numpy as anp
    from autograd import value_and_grad

    x, y = values["x"], values["y"]
    parameters = [(values[f"W{n}"], values[f"b{n}"]) for n in range(1, spec.depth + 1)]

    def loss(weights: list[Any]) -> Any:
        a = x
        for (W, b), activation in zip(weights, spec.activations, strict=True):
            z = anp.dot(a, W.T) + b
            a = anp.maximum(z, 0) if activation == "relu" else 1 / (1 + anp.exp(-z)) if activation == "sigmoid" else z
        if spec.loss == "quadratic":
            return 0.5 * anp.sum((a - y) ** 2)
        top = anp.max(a, axis=1, keepdims=True)
        return anp.sum(y * (anp.log(anp.sum(anp.exp(a - top), axis=1, keepdims=True)) + top - a)) / len(y)

    both = value_and_grad(loss)

    def step() -> None:
        _, slopes = both(parameters)
        parameters[:] = [(W - RATE * dW, b - RATE * db) for (W, b), (dW, db) in zip(parameters, slopes, strict=True)]

    return step


SIDES: Mapping[str, tuple[str, Callable[[Plan, Values], Step | None]]] = {
    "bptutor": ("", ours),
    "floor": ("", products),
    "PyTorch": ("torch", torch_step),
    "autograd": ("autograd", autograd_step),
}


def measured(steps: Mapping[str, Step], pairs: int) -> dict[str, list[float]]:
    """Return the seconds of one step for each side and turn; the sides take turns, `pairs` times."""
    repeats = {}
    for name, step in steps.items():
        for _ in range(3):
            step()
        start = perf_counter()
        for _ in range(5):
            step()
        repeats[name] = max(1, round(SLICE * 5 / (perf_counter() - start)))
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(pairs):
        for name, step in steps.items():
            start = perf_counter()
            for _ in range(repeats[name]):
                step()
            found[name].append((perf_counter() - start) / repeats[name])
    return found


def ratio(times: Mapping[str, list[float]], side: str) -> float:
    """Return our time by another side's, the median over the turns."""
    return median(ours / theirs for ours, theirs in zip(times["bptutor"], times[side], strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=31, help="turns of each side, at least 15")
    parser.add_argument("--only", default="", help="subjects whose name contains this")
    arguments = parser.parse_args()
    there = {name: make for name, (module, make) in SIDES.items() if not module or find_spec(module)}
    for name in SIDES.keys() - there.keys():
        print(f"{name} is not installed: pip install -e '.[bench]'")
    print(f"NumPy {np.__version__}, 1 thread, medians of {max(15, arguments.pairs)} turns; µs a step\n")
    print(f"{'':<28}" + "".join(f"{name:>11}" for name in SIDES) + f"{'/ floor':>10}{'/ PyTorch':>11}")
    for subject in SUBJECTS:
        if arguments.only in subject.name:
            report(subject, there, max(15, arguments.pairs))


def report(subject: Subject, there: Mapping[str, Callable[[Plan, Values], Step | None]], pairs: int) -> None:
    """Measure one subject in both precisions and print its rows and its line."""
    said = []
    for kind in ("float32", "float64"):
        values = numbers(subject.spec, kind)
        made = {name: make(subject.spec, dict(values)) for name, make in there.items()}
        times = measured({name: step for name, step in made.items() if step}, pairs)
        cells = "".join(f"{median(times[name]) * 1e6:>11.1f}" if name in times else f"{'-':>11}" for name in SIDES)
        floor = ratio(times, "floor")
        torch = ratio(times, "PyTorch") if "PyTorch" in times else None
        print(f"{subject.name + ' ' + kind[5:]:<28}{cells}{floor:>10.2f}" + (f"{torch:>11.3f}" if torch else ""))
        if kind == "float32" and subject.floor is not None:
            said.append(f"{floor:.2f} of the floor ({subject.floor})")
        if torch is not None and (kind == "float32" or subject.floor is None):
            said.append(f"{torch:.3f} of PyTorch{'' if subject.floor else ', ' + kind} ({subject.torch})")
    print(f"{subject.name}: {'; '.join(said) or 'nothing to compare with'}\n")


if __name__ == "__main__":
    main()
