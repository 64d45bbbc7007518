"""Whether an answer is right, how far that is proved, and what is wrong with it."""
