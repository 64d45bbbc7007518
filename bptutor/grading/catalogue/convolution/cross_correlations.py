"""What slides along what: the backward pass of a convolution, told from its value, and slid in other ways.

∂L/∂X is the full convolution of ∂L/∂Z with the kernel, summed over the filters where there are channels; ∂L/∂K is the
cross-correlation of X with ∂L/∂Z, summed over the examples. A Σ over a and b, `conv(..., "full")` and a name are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE
from bptutor.grading.catalogue.base import Hypotheses
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Role
from bptutor.notation.transform.rewrite import main_name
from bptutor.notation.tree import Expr, Name
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]
Steps = tuple[int, ...]
Way = Callable[[Array, Array], Array]
"""From the outer array and the kernel to what sliding in some way gives."""
MOST_ALONG = 3
"""Most axes along which something slides."""
VALID, FULL, AHEAD, SAME = "valid", "full", "ahead", "same"
"""How far a kernel may hang over the two edges of an axis, which has zeros there: not at all; everywhere; over the end
alone, as many places; so far that there are as many places as the axis has."""


def _padding(mode: str, n: int) -> tuple[int, int]:
    """Return the zeros before and after an axis."""
    over = n - 1
    return {FULL: (over, over), AHEAD: (0, 2 * over), SAME: (over - over // 2, over // 2)}.get(mode, (0, 0))


class Kind(NamedTuple):
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

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that are slid along."""
        return tuple(range(-self.along, 0))

    @property
    def names(self) -> tuple[str, str]:
        """The names that messages may mention: of the outer array, and of the kernel."""
        return main_name(self.outer), main_name(self.kernel)

    def flipped(self, k: Array) -> Array:
        """Return a kernel turned round on every axis that is slid along."""
        return np.flip(k, self.axes)

    def correlate(self, x: Array, k: Array, modes: str | tuple[str, ...] = VALID, steps: Steps = ()) -> Array:
        """Return the cross-correlation of x with k, its axes in the order of the kind.

        Args:
            x: The outer array.
            k: The kernel.
            modes: How far over the edges, for all axes or each.
            steps: How many places later the result begins, for each axis.
        """
        modes = (modes,) * self.along if isinstance(modes, str) else modes
        sizes = k.shape[-self.along :]
        for axis, mode, n, step in zip(self.axes, modes, sizes, steps or (0,) * self.along, strict=True):
            before, after = _padding(mode, n)
            x = _padded(x, axis, before + step, after - step)
        windows = sliding_window_view(x, sizes, axis=self.axes)
        at, inside = "xyz"[: self.along], "ijk"[: self.along]
        made: Array = np.einsum(
            f"{self.kind.outer}{at}{inside},{self.kind.kernel}{inside}->{self.kind.out}{at}", windows, k
        )
        return made

    def way(
        self, kernel: Callable[[Array], Array] = np.asarray, modes: str | tuple[str, ...] = VALID, steps: Steps = ()
    ) -> Way:
        """Return the way that slides what is made of the kernel; the other arguments are those of `correlate`."""
        return lambda x, k: self.correlate(x, kernel(k), modes, steps)

    def one_of(self, letter: str, n: int, x: Array, k: Array) -> tuple[Array, Array]:
        """Return both arrays with the n-th example, or filter, alone."""
        taken = [
            array.take([n], axis=letters.index(letter)) if letter in letters else array
            for array, letters in ((x, self.kind.outer), (k, self.kind.kernel))
        ]
        return taken[0], taken[1]

    def one_place(self, n: int, k: Array) -> Array:
        """Return a kernel of which the n-th place on each axis is left, the others 0."""
        place = (..., *(n % size for size in k.shape[-self.along :]))
        alone = np.zeros_like(k)
        alone[place] = k[place]
        return alone

    def neighbours(self) -> Iterator[tuple[int, ...]]:
        """Yield the steps to a neighbouring place: on every axis, then on one of several."""
        for step in (1, -1):
            yield (step,) * self.along
            for axis in self.axes if self.along > 1 else ():
                yield tuple(step if other == axis else 0 for other in self.axes)


def _padded(x: Array, axis: int, before: int, after: int) -> Array:
    """Return an array with zeros at the ends of an axis; with places cut off where there are fewer than none."""
    places = slice(max(0, -before), x.shape[axis] - max(0, -after))
    widths = [(0, 0)] * x.ndim
    widths[axis] = (max(0, before), max(0, after))
    return np.pad(np.moveaxis(np.moveaxis(x, axis, 0)[places], 0, axis), widths)


Ways = Callable[[Slide], Iterator[tuple[Way, str]]]
"""The ways of one mistake, each with the name that its message mentions."""


def on_inputs(ways: Ways) -> Hypotheses:
    """Return the hypotheses of a mistake about a full convolution."""
    return partial(_hypotheses, ways, True)


def on_kernels(ways: Ways) -> Hypotheses:
    """Return the hypotheses of a mistake about the gradient of a kernel."""
    return partial(_hypotheses, ways, False)


def _hypotheses(ways: Ways, full: bool, expected: ExpectedAnswer) -> Iterator[tuple[Callable[[Values], Array], str]]:
    for slide, order in _slides(expected, full):
        for way, part in ways(slide):
            yield partial(_slid, expected, slide, order, way), part


def _slid(expected: ExpectedAnswer, slide: Slide, order: tuple[int, ...], way: Way, values: Values) -> Array:
    return way(expected.value(slide.outer, values), expected.value(slide.kernel, values)).transpose(order)


@lru_cache(maxsize=128)
def _slides(expected: ExpectedAnswer, full: bool) -> tuple[tuple[Slide, tuple[int, ...]], ...]:
    """Return what gives the right answer, slid fully with its kernel flipped or as it is, and the order of axes."""
    return tuple(_found(expected, full))


def _found(expected: ExpectedAnswer, full: bool) -> Iterator[tuple[Slide, tuple[int, ...]]]:
    values = next(iter(expected.comparison.draws()))
    truth, sizes = expected.truth(values), values.sizes
    known = [(expr, axes) for expr, axes in _arrays(expected) if all(axis in sizes for axis in axes)]
    for (outer, one), (kernel, other) in permutations(known, 2):
        for kind in OF_INPUT if full else OF_KERNEL:
            along = truth.ndim - len(kind.out)
            if not 0 < along <= MOST_ALONG or not _fit(kind, along, one, other):
                continue
            first, second = ([sizes[axis] for axis in axes] for axes in (one, other))
            if sorted(_reached(kind, along, first, second, full)) == sorted(truth.shape):
                slide = Slide(outer, kernel, kind, along)
                yield from ((slide, order) for order in _orders(slide, full, expected, values))


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


def _orders(slide: Slide, full: bool, expected: ExpectedAnswer, values: Values) -> Iterator[tuple[int, ...]]:
    """Yield each order of axes in which sliding gives the right answer."""
    truth = expected.truth(values)
    try:
        x, k = expected.value(slide.outer, values), expected.value(slide.kernel, values)
        made = slide.correlate(x, slide.flipped(k), FULL) if full else slide.correlate(x, k)
    except TROUBLE:
        return
    for order in permutations(range(truth.ndim)) if k.size > 1 and x.size > 1 else ():
        arranged = made.transpose(order)
        if arranged.shape == truth.shape and close(truth, arranged):
            yield order


def _arrays(expected: ExpectedAnswer) -> Iterator[tuple[Expr, tuple[str, ...]]]:
    """Yield the arrays of a scene and its gradients, with their axes."""
    names = expected.scope.names
    for name, declared in names.items():
        if declared.axes and declared.role in {Role.GIVEN, Role.DEFINED}:
            yield Name(name), declared.axes
    for of in expected.lines.back:
        by = getattr(of, "by", None)
        if isinstance(by, Name) and names[by.id].axes:
            yield of, names[by.id].axes
