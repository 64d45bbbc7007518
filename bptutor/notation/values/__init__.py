"""The value of an expression, in floats, in 50 digits, in complex numbers or in symbols; and drawing numbers."""
