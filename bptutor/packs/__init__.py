"""What authors write, as data."""
