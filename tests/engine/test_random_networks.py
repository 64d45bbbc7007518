"""Two hundred random networks, dense and on images: every gradient against measurement."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from bptutor.engine.blocks import Block, Conv, Dense, Flatten, NetworkError, Pool
from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.gradcheck import central_differences, check, difference, directional, loss_by
from bptutor.engine.losses import LOSSES
from bptutor.engine.network import ImageSpec, Plan, Spec, given, names, shape, trace
from bptutor.engine.spec import learned
from bptutor.engine.windows import Window

pytestmark = pytest.mark.normal

ENTRYWISE = [name for name in ACTIVATIONS if name != "softmax"]
LAST = {
    "cross-entropy": ["softmax", "sigmoid"],
    "binary-cross-entropy": ["sigmoid"],
    "quadratic": [*ACTIVATIONS],
    "sum": [*ACTIVATIONS],
}


def dense(random: Random, loss: str) -> Plan:
    layers = tuple(random.randint(1, 4) for _ in range(random.randint(2, 5)))
    inner = [random.choice([*ACTIVATIONS]) for _ in layers[2:]]
    return Spec(layers, (*inner, random.choice(LAST[loss])), loss, random.choice([None, 1, 3]))


def image(random: Random, loss: str) -> Plan:
    """Convolutions and poolings while the image lasts, then a vector and one or two dense layers."""
    size = random.randint(1, 2), random.randint(2, 6), random.randint(2, 6)
    blocks: list[Block] = []
    for _ in range(random.randint(1, 3)):
        window = Window.of(*(pair(random, least, 2) for least in (1, 1, 0)))
        convolution = Conv(random.randint(1, 3), window, random.choice(ENTRYWISE))
        small = Window.of(pair(random, 1, 2), pair(random, 1, 2))
        pool = Pool(random.choice(["max", "average"]), small)
        blocks += [pool] if random.random() < 0.3 else [convolution]
    blocks += [Pool("global-average")] if random.random() < 0.3 else [Flatten()]
    blocks += [Dense(random.randint(1, 3), random.choice([*ACTIVATIONS]))] * random.randint(0, 1)
    blocks.append(Dense(random.randint(1, 3), random.choice(LAST[loss])))
    try:
        return ImageSpec(size, tuple(blocks), loss, random.choice([None, 1, 2]))
    except NetworkError:  # a window came to be larger than what was left of the image
        return image(random, loss)


def pair(random: Random, least: int, most: int) -> tuple[int, int]:
    return random.randint(least, most), random.randint(least, most)


def drawn(seed: int) -> Plan:
    random = Random(seed)
    return (dense if seed % 2 else image)(random, [*LOSSES][seed // 2 % 4])


def test_they_cover_everything() -> None:
    specs = [drawn(seed) for seed in range(200)]
    blocks = [block for spec in specs for block in spec.blocks]
    assert {spec.loss for spec in specs} == set(LOSSES)
    assert {block.activation for block in blocks if isinstance(block, Dense)} == set(ACTIVATIONS)
    assert {block.activation for block in blocks if isinstance(block, Conv)} == set(ENTRYWISE)
    assert {block.kind for block in blocks if isinstance(block, Pool)} == {"max", "average", "global-average"}


@pytest.mark.parametrize("seed", range(200))
def test_every_gradient(seed: int) -> None:
    spec = drawn(seed)
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(size=shape(spec, axes)) for name, axes in given(spec).items()}
    if "cross-entropy" in spec.loss:
        values["y"] = rng.uniform(size=values["y"].shape)
    checked = check(spec, values)
    assert {one.name for one in checked} == {"x", *learned(spec)}
    assert all(one.ok for one in checked), checked
    assert directional(spec, values) < 1e-10
    found = trace(spec, values)
    for name, axes in names(spec).items():
        assert found.values[name].shape == shape(spec, axes), name
        if name[0] == "d":
            assert axes == found.axes[name[1:]]
    if not any(one.kink for one in checked):
        slopes = central_differences(loss_by(spec, values, "x"), values["x"])
        assert difference(found.values["dx"], slopes, 1e-4) < 1e-6


def test_a_wrong_flip_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check must be able to fail: the gradient of the input with a kernel that is not turned."""

    def unflipped(dz, x, k, *window):  # type: ignore[no-untyped-def] # stands in for the right one
        dX, dK, db = conv2d_backward(dz, x, k[:, :, ::-1, ::-1].copy(), *window)
        return dX, dK, db

    from bptutor.engine.conv import conv2d_backward

    monkeypatch.setattr("bptutor.engine.layers.conv2d_backward", unflipped)
    spec = ImageSpec((1, 3, 3), (Conv(1, Window.of(2), "tanh"),), "sum")
    rng = np.random.default_rng(0)
    values = {name: rng.normal(size=shape(spec, axes)) for name, axes in given(spec).items()}
    found = {one.name: one.ok for one in check(spec, values)}
    assert found == {"x": False, "K1": True, "b1": True}
    assert directional(spec, values) > 1e-3
