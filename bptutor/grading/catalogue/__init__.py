"""The catalogue of mistakes, by topic."""
