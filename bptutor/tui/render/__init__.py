"""From the tutor's data to styled text: pure, without widgets, so that all of it is tested without a screen."""
