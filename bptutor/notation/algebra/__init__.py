"""Exact algebra on SymPy's polynomials: derivatives, sign cases, and whether an entry is zero."""
