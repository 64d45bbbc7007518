"""Windows that slide over images: where they lie, and the way from an image to its patches and back.

Convolution and pooling both look at an image through windows. A *slab* is what one entry (m, n) of the window sees
from all positions at once: X[i·s + m, j·s + n] for all i, j. It is a view, so that copying k × k slabs is all the work
there is to lay out the patches, and adding k × k slabs all the work to carry gradients back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bptutor.engine.graph import Array
from bptutor.errors import UsageError

Pair = tuple[int, int]
"""Rows, columns."""


class WindowError(UsageError):
    """A window does not fit its image, or arrays do not fit each other; both shapes are named."""


def pair(value: int | Pair, least: int, what: str) -> Pair:
    """Return a number as rows and columns alike.

    Raises:
        WindowError: It is no whole number, or below `least`.
    """
    found = value if isinstance(value, tuple | list) else (value, value)
    if len(found) != 2 or not all(isinstance(n, int | np.integer) and n >= least for n in found):
        raise WindowError(f"{what} is {value}", f"a whole number from {least}, or one for rows and one for columns")
    return int(found[0]), int(found[1])


@dataclass(frozen=True)
class Window:
    """A window of `size`, moved by `stride` over an image with `padding` zeros around it; each (rows, columns)."""

    size: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)

    @classmethod
    def of(cls, size: int | Pair, stride: int | Pair = 1, padding: int | Pair = 0) -> Window:
        """Make a window; a single number counts for rows and columns.

        Raises:
            WindowError: A size or stride below 1, a padding below 0.
        """
        return cls(pair(size, 1, "the size"), pair(stride, 1, "the stride"), pair(padding, 0, "the padding"))

    def positions(self, image: Pair) -> Pair:
        """Return how many positions the window has along each axis: ⌊(n + 2p − k) / s⌋ + 1; a rest is not seen.

        Raises:
            WindowError: The window is larger than the padded image.
        """
        padded = image[0] + 2 * self.padding[0], image[1] + 2 * self.padding[1]
        if padded[0] < self.size[0] or padded[1] < self.size[1]:
            around = f", {padded} with padding {self.padding}" if any(self.padding) else ""
            message = f"the window {self.size} is larger than the image {image}{around}"
            raise WindowError(message, "take a smaller window or more padding")
        return (
            (padded[0] - self.size[0]) // self.stride[0] + 1,
            (padded[1] - self.size[1]) // self.stride[1] + 1,
        )

    def seen(self, X: Array) -> Pair:
        """Return how many positions the window has on an image that is padded already."""
        return Window(self.size, self.stride).positions((X.shape[-2], X.shape[-1]))

    def slabs(self, X: Array) -> Iterator[Array]:
        """Yield, for each entry of the window in row-major order, what it sees from all positions, as a view.

        Args:
            X: The padded image, shape (..., H, W).

        Yields:
            Shape (..., rows, columns of positions).
        """
        (down, right), (rows, columns) = self.stride, self.seen(X)
        for m in range(self.size[0]):
            for n in range(self.size[1]):
                yield X[..., m : m + down * rows : down, n : n + right * columns : right]

    def padded(self, X: Array) -> Array:
        """Return X with its zeros around, shape (..., H + 2p, W + 2p); X itself where there is no padding."""
        if not any(self.padding):
            return X
        (above, left), (height, width) = self.padding, X.shape[-2:]
        around = np.zeros((*X.shape[:-2], height + 2 * above, width + 2 * left), X.dtype)
        self.cropped(around)[...] = X
        return around

    def cropped(self, X: Array) -> Array:
        """Return the view of a padded image that leaves the padding out."""
        above, left = self.padding
        return X[..., above : X.shape[-2] - above, left : X.shape[-1] - left]


def gather(X: Array, window: Window, out: Array | None = None) -> Array:
    """Copy the patches of a padded image: entry (m, n) of the window at every position (i, j).

    Args:
        X: The padded image, shape (..., H, W).
        window: The window.
        out: Where to put them; a new array when left out.

    Returns:
        Shape (..., k rows, k columns, positions' rows, positions' columns).
    """
    shape = *X.shape[:-2], *window.size, *window.seen(X)
    patches = np.empty(shape, X.dtype) if out is None else out
    for entry, slab in zip(np.ndindex(window.size), window.slabs(X), strict=True):
        patches[..., entry[0], entry[1], :, :] = slab
    return patches


def scatter(patches: Array, window: Window, into: Array) -> Array:
    """Add patches back to where they were gathered; an entry that many windows saw gets the sum of their parts.

    Args:
        patches: Shape (..., k rows, k columns, positions' rows, positions' columns).
        window: The window.
        into: The padded image that is added to, shape (..., H, W).

    Returns:
        `into`.
    """
    for entry, slab in zip(np.ndindex(window.size), window.slabs(into), strict=True):
        np.add(slab, patches[..., entry[0], entry[1], :, :], out=slab)
    return into
