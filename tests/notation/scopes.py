"""The scopes that the spelling tables are read in."""

from __future__ import annotations

from bptutor.notation.scope import Declared, FunctionDef, Role, Scope
from bptutor.notation.tree import Name, Number, Pow


def scope(*names: Declared, **more: object) -> Scope:
    axes = dict.fromkeys((axis for name in names for axis in name.axes), "")
    sizes = tuple(Declared(axis, role=Role.SIZE) for axis in axes if axis not in {name.id for name in names})
    return Scope({name.id: name for name in (*names, *sizes)}, sizes=axes, **more)  # type: ignore[arg-type]


SQUARE = FunctionDef("f", ("u",), Pow(Name("u"), Number(2)))  # type: ignore[arg-type]

SCOPES = {
    "scalars": scope(*(Declared(letter) for letter in "abnmwxy"), functions={"f": SQUARE}),
    "softmax": scope(
        Declared("z", ("K",)),
        Declared("y", ("K",)),
        Declared("p", ("K",), Role.DEFINED),
        Declared("L", (), Role.DEFINED),
        Declared("t", (), Role.POSITION, position_of="K"),
    ),
    "network": scope(
        Declared("x", ("N0",)),
        Declared("W1", ("N1", "N0")),
        Declared("b1", ("N1",)),
        Declared("z1", ("N1",)),
        Declared("a1", ("N1",)),
        Declared("W2", ("N2", "N1"), show="W²"),
        Declared("b2", ("N2",)),
        Declared("z2", ("N2",)),
        Declared("delta2", ("N2",), show="δ²"),
        Declared("L"),
        Declared("dW2", ("N2", "N1")),
        Declared("η"),
        layers={"l": 2},
    ),
    "batch": scope(Declared("D", ("B", "C")), Declared("A", ("B", "H")), Declared("Y", ("B", "C"))),
    "convolution": scope(Declared("X", ("R", "S")), Declared("Q", ("M", "N"))),
}
