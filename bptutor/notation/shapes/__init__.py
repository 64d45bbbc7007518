"""Which free indices and which named axes an expression has."""
