"""What slides along what: the backward pass of a convolution, told from its value, and slid in other ways.

∂L/∂X is the full convolution of ∂L/∂Z with the kernel, summed over the filters where there are channels; ∂L/∂K is X
met along with ∂L/∂Z, summed over the examples. So a Σ over a and b, `conv(..., "full")` and a name are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE
from bptutor.grading.answer.comparison import close
from bptutor.grading.catalogue.base import Hypothesis
from bptutor.notation.scope import Role
from bptutor.notation.tree import Expr, Name
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer


Array = NDArray[np.float64]


MOST_ALONG = 3
"""Most axes along which something slides."""


class Edge(Enum):
    """How far a kernel of n places may hang over the two edges of an axis, which has zeros there."""

    INSIDE = "inside"
    FULL = "full"
    AHEAD = "ahead"
    """As many places as `FULL`, begun where the kernel lies inside."""
    SAME = "same"
    """As many places as the axis has."""

    def room(self, n: int) -> tuple[int, int]:
        """Return the zeros before and after."""
        over = n - 1
        room = {Edge.FULL: (over, over), Edge.AHEAD: (0, 2 * over), Edge.SAME: (over - over // 2, over // 2)}
        return room.get(self, (0, 0))


@dataclass(frozen=True)
class Kind:
    """The axes in front of those that are slid along, by letter: s for examples, o for filters, c for channels."""

    outer: str
    kernel: str
    out: str


OF_INPUT = (Kind("", "", ""), Kind("o", "oc", "c"), Kind("so", "oc", "sc"), Kind("s", "", "s"))
"""∂L/∂Z and the kernel give ∂L/∂X."""


OF_KERNEL = (Kind("", "", ""), Kind("c", "o", "oc"), Kind("sc", "so", "oc"), Kind("s", "s", ""))
"""X and ∂L/∂Z give ∂L/∂K."""


@dataclass(frozen=True)
class Slide:
    """An array and what slides along it to give the right answer."""

    outer: Expr
    kernel: Expr
    kind: Kind
    along: int
    """How many axes are slid along: the last ones of each array."""
    order: tuple[int, ...] = ()
    """Where each axis of the right answer is found."""

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that are slid along."""
        return tuple(range(-self.along, 0))

    def made(self, way: Way, expected: ExpectedAnswer, values: Values) -> Array:
        """Return what sliding in a way gives on a draw."""
        x, k = expected.value(self.outer, values), expected.value(self.kernel, values)
        return self.slid(way, x, k).transpose(self.order)

    def slid(self, way: Way, x: Array, k: Array) -> Array:
        """Return what sliding k along x in a way gives, its axes in the order of the kind."""
        x, k = way.change(self, x, k)
        sizes = k.shape[-self.along :]
        edges = way.edges or (Edge.INSIDE,) * self.along
        rooms = [edge.room(n) for edge, n in zip(edges, sizes, strict=True)]
        for axis, (before, after), step in zip(self.axes, rooms, way.steps or (0,) * self.along, strict=True):
            x = _with_room(x, axis, before + step, after - step)
        windows = sliding_window_view(x, sizes, axis=self.axes)
        at, inside = "xyz"[: self.along], "ijk"[: self.along]
        kind = self.kind
        spec = f"{kind.outer}{at}{inside},{kind.kernel}{inside}->{kind.out}{at}"
        return way.after(np.einsum(spec, windows, k), sizes)


def _with_room(x: Array, axis: int, before: int, after: int) -> Array:
    """Return an array with zeros at the ends of an axis; with places cut off where there are fewer than none."""
    places = slice(max(0, -before), x.shape[axis] - max(0, -after))
    widths = [(0, 0)] * x.ndim
    widths[axis] = (max(0, before), max(0, after))
    return np.pad(np.moveaxis(np.moveaxis(x, axis, 0)[places], 0, axis), widths)


Change = Callable[[Slide, Array, Array], tuple[Array, Array]]
"""What is made of the two arrays before one slides along the other."""


After = Callable[[Array, tuple[int, ...]], Array]
"""What is made of the result, with the sizes of the kernel."""


def as_they_are(_: Slide, x: Array, k: Array) -> tuple[Array, Array]:
    """Change nothing."""
    return x, k


def _as_it_is(made: Array, _: tuple[int, ...]) -> Array:
    return made


@dataclass(frozen=True)
class Way:
    """A way to slide."""

    edges: tuple[Edge, ...] = ()
    """How far over the edges, for each axis; inside where it is empty."""
    change: Change = as_they_are
    steps: tuple[int, ...] = ()
    """How many places later the result stands, for each axis."""
    after: After = _as_it_is


Ways = Callable[[Slide], Iterator[tuple[Way, str]]]
"""The ways of one mistake, each with the name that its message mentions."""


def flipped(axes: tuple[int, ...]) -> Change:
    """Return the change that turns the kernel round on these axes."""
    return lambda _, x, k: (x, np.flip(k, axes))


def one_of(letter: str, n: int) -> Change:
    """Return the change that keeps one example, or one filter: the n-th."""

    def kept(array: Array, letters: str) -> Array:
        return array.take([n], axis=letters.index(letter)) if letter in letters else array

    return lambda slide, x, k: (kept(x, slide.kind.outer), kept(k, slide.kind.kernel))


def one_place(n: int) -> Change:
    """Return the change that keeps one place of the kernel: the n-th on each axis."""

    def kept(slide: Slide, x: Array, k: Array) -> tuple[Array, Array]:
        place = (..., *(n % size for size in k.shape[-slide.along :]))
        alone = np.zeros_like(k)
        alone[place] = k[place]
        return x, alone

    return kept


def fully(slide: Slide) -> tuple[Edge, ...]:
    """Return edges over which the kernel may hang."""
    return (Edge.FULL,) * slide.along


def one_step(slide: Slide) -> Iterator[tuple[int, ...]]:
    """Yield the steps to a neighbouring place: on every axis, then on one of several."""
    for step in (1, -1):
        yield (step,) * slide.along
        for axis in slide.axes if slide.along > 1 else ():
            yield tuple(step if other == axis else 0 for other in slide.axes)


def inputs(expected: ExpectedAnswer) -> tuple[Slide, ...]:
    """Return what the right answer is a full convolution of; kept with the target."""
    return _kept(expected, "_inputs", OF_INPUT)


def kernels(expected: ExpectedAnswer) -> tuple[Slide, ...]:
    """Return what the right answer is, one slid along the other as it is; kept with the target."""
    return _kept(expected, "_kernels", OF_KERNEL)


def on_inputs(ways: Ways) -> Callable[[ExpectedAnswer], Iterator[Hypothesis]]:
    """Return the hypotheses of a mistake about a full convolution."""
    return lambda expected: _hypotheses(inputs(expected), ways, expected)


def on_kernels(ways: Ways) -> Callable[[ExpectedAnswer], Iterator[Hypothesis]]:
    """Return the hypotheses of a mistake about the gradient of a kernel."""
    return lambda expected: _hypotheses(kernels(expected), ways, expected)


def _hypotheses(slides: tuple[Slide, ...], ways: Ways, expected: ExpectedAnswer) -> Iterator[Hypothesis]:
    for slide in slides:
        for way, part in ways(slide):
            yield partial(slide.made, way, expected), part


def _kept(expected: ExpectedAnswer, name: str, kinds: tuple[Kind, ...]) -> tuple[Slide, ...]:
    if not hasattr(expected, name):
        setattr(expected, name, tuple(_found(expected, kinds)))
    found: tuple[Slide, ...] = getattr(expected, name)
    return found


def _found(expected: ExpectedAnswer, kinds: tuple[Kind, ...]) -> Iterator[Slide]:
    values = next(iter(expected.comparison.draws()))
    truth = expected.truth(values)
    sizes = values.sizes
    known = [(expr, axes) for expr, axes in arrays(expected) if all(axis in sizes for axis in axes)]
    for (outer, one), (kernel, other) in permutations(known, 2):
        for kind in kinds:
            along = truth.ndim - len(kind.out)
            if not 0 < along <= MOST_ALONG or not _fit(kind, along, one, other):
                continue
            first, second = ([sizes[axis] for axis in axes] for axes in (one, other))
            if sorted(_reached(kind, along, first, second, kinds is OF_INPUT)) == sorted(truth.shape):
                yield from _ordered(Slide(outer, kernel, kind, along), kinds is OF_INPUT, expected, values)


def _fit(kind: Kind, along: int, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two arrays have the axes of a kind: as many, and those named alike are alike."""
    if len(one) != along + len(kind.outer) or len(other) != along + len(kind.kernel):
        return False
    outer, kernel = dict(zip(kind.outer, one, strict=False)), dict(zip(kind.kernel, other, strict=False))
    return all(outer[letter] == kernel[letter] for letter in outer.keys() & kernel.keys())


def _reached(kind: Kind, along: int, one: list[int], other: list[int], full: bool) -> list[int]:
    """Return the sizes of the result."""
    known = dict(zip(kind.outer, one, strict=False)) | dict(zip(kind.kernel, other, strict=False))
    places = zip(one[-along:], other[-along:], strict=True)
    return [*(known[letter] for letter in kind.out), *(a + b - 1 if full else a - b + 1 for a, b in places)]


def _ordered(slide: Slide, full: bool, expected: ExpectedAnswer, values: Values) -> Iterator[Slide]:
    """Yield a slide with each order of axes in which it gives the right answer."""
    truth = expected.truth(values)
    way = Way(fully(slide), flipped(slide.axes)) if full else Way()
    try:
        x, k = expected.value(slide.outer, values), expected.value(slide.kernel, values)
        made = slide.slid(way, x, k)
    except TROUBLE:
        return
    if k.size == 1 or x.size == 1:
        return
    for order in permutations(range(truth.ndim)):
        turned_about = made.transpose(order)
        if turned_about.shape == truth.shape and close(truth, turned_about):
            yield replace(slide, order=order)


def arrays(expected: ExpectedAnswer) -> Iterator[tuple[Expr, tuple[str, ...]]]:
    """Yield the arrays of a scene and its gradients, with their axes."""
    names = expected.scope.names
    for name, declared in names.items():
        if declared.axes and declared.role in {Role.GIVEN, Role.DEFINED}:
            yield Name(name), declared.axes
    for of in expected.lines.back:
        by = getattr(of, "by", None)
        if isinstance(by, Name) and names[by.id].axes:
            yield of, names[by.id].axes
