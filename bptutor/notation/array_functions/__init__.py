"""NumPy's functions, one row each in `table`: how a call is read, its axes, its value, its words."""
