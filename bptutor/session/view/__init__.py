"""What a screen shows of a session, as data."""
