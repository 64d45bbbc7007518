"""A terminal tutor for deriving backpropagation and writing it in NumPy."""

__version__ = "0.1.0"
