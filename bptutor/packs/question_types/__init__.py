"""Question types."""
