"""A network in words, and as a picture for Graphviz."""

from __future__ import annotations

from collections.abc import Iterable

from bptutor.authoring.tensors import DIGITS
from bptutor.engine.blocks import Block, Conv, Dense, Flatten
from bptutor.engine.spec import Plan, Spec, given, sizes
from bptutor.engine.trace import Trace
from bptutor.engine.windows import Pair, Window
from bptutor.packs.scene.network import Network


def heading(network: Network, seed: int) -> str:
    """Return what the network is made of, its axes, and which values were drawn."""
    spec = network.spec
    batch = "one sample" if spec.rows is None else f"a batch of {spec.rows} in rows"
    lines = _wrapped("network", [*(f"{word}," for word in _layers(spec)), f"loss {spec.loss},", batch])
    lines += _wrapped("axes", [f"{axis} = {size} " for axis, size in sizes(spec).items()])
    drawn = [name for name in given(spec) if name not in network.given]
    if drawn:
        lines += _wrapped("drawn", [*drawn, f"(seed {seed})"])
    lines += _wrapped("numbers", [f"rounded to {DIGITS} digits after the point; --json has all digits"])
    return "\n".join(lines)


def _layers(spec: Plan) -> list[str]:
    """Return the layers, each in a few words."""
    if isinstance(spec, Spec):
        return ["-".join(str(width) for width in spec.layers), *spec.activations]
    image = "×".join(str(size) for size in spec.input.values())
    return [f"image {image}", *(f"{placed.n}: {words(placed.block)}" for placed in spec.placed)]


def words(block: Block) -> str:
    """Return a layer in a few words: `conv 2 of 3×3, relu`."""
    if isinstance(block, Dense):
        return f"dense {block.units} {block.activation}"
    if isinstance(block, Conv):
        return f"conv {block.filters} of {_window(block.window, (1, 1))} {block.activation}"
    if isinstance(block, Flatten):
        return "flatten"
    if block.kind == "global-average":
        return "global-average pool"
    return f"{block.kind} pool {_window(block.window, block.window.size)}"


def _window(window: Window, usual: Pair) -> str:
    """Return `3×3, stride 2, padding 1`; what is as usual is left out."""
    text = _pair(window.size)
    if window.stride != usual:
        text += f" stride {_pair(window.stride)}"
    return text + (f" padding {_pair(window.padding)}" if any(window.padding) else "")


def _pair(pair: Pair) -> str:
    """Return `3×2`."""
    return f"{pair[0]}×{pair[1]}"


def _wrapped(label: str, parts: Iterable[str], width: int = 78) -> list[str]:
    """Return a label and words in lines of at most `width` columns."""
    lines = [f"{label:<8}"]
    for word in parts:
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append(" " * 8)
        lines[-1] += f" {word}"
    return [line.rstrip() for line in lines]


def dot(spec: Plan, pass_: Trace) -> str:
    """Return the graph of the forward pass as Graphviz text: each array with its shape and axes, given ones in boxes.

    An edge goes from an array to what is made from it; the backward pass walks the same edges the other way.
    """
    named = {name: node for name, node in pass_.nodes.items() if name not in {"p", "a0"}}
    of = {id(node): name for name, node in reversed(named.items())}  # an identity keeps the first of its names
    made = {"L": spec.loss}
    for placed in spec.placed:
        made[f"{'a' if placed.block.activation is None else 'z'}{placed.n}"] = words(placed.block)
    lines = ["digraph network {", "  rankdir=LR;", '  node [fontname="monospace"];']
    for name, node in named.items():
        lines.append(_drawn(pass_, name, "ellipse" if node.parents else "box", made.get(name, "")))
    lines += [_drawn(pass_, "y", "box", "")] if "y" in pass_.values else []
    edges = [(of[id(parent)], name) for name, node in named.items() for parent in node.parents if name != "L"]
    edges += [(name, "L") for name in (f"a{spec.depth}", "y") if name in pass_.values]  # also where L is taken from z
    lines += [f"  {above} -> {below};" for above, below in edges]
    return "\n".join([*lines, "}"]) + "\n"


def _drawn(pass_: Trace, name: str, form: str, by: str) -> str:
    """Return one array with its shape and axes, and what made it."""
    sizes_ = ", ".join(str(size) for size in pass_.values[name].shape)
    shape = f"({sizes_}{',' if pass_.values[name].ndim == 1 else ''}) {' '.join(pass_.axes[name])}".strip()
    label = r"\n".join([name, shape, *([by] if by else [])])
    return f'  {name} [shape={form}, label="{label}"];'
