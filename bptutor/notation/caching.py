"""Results that are kept for an object: comparing scenes and scopes by value would cost more than most results."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Identity:
    """An object as a key: equal to itself only, and alive as long as the key."""

    __slots__ = ("of",)

    def __init__(self, of: object) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.of is other.of


def cached_by_identity(size: int) -> Callable[[_Function], _Function]:
    """Keep the last `size` results of a function; its first argument counts by identity, those after it by value."""

    def decorate(function: _Function) -> _Function:
        @lru_cache(maxsize=size)
        def kept(key: _Identity, *args: Any) -> Any:
            return function(key.of, *args)

        @wraps(function)
        def call(subject: object, *args: Any) -> Any:
            return kept(_Identity(subject), *args)

        return cast("_Function", call)

    return decorate
