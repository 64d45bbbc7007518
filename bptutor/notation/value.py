"""The value of an expression: one walk for floats, for 50 digits and for symbols.

Interface (see ARCHITECTURE.md); the walk itself follows.
"""
