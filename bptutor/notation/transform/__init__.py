"""Rewriting trees: indices and arrays, canonical forms, the backward pass, the roles of names."""
