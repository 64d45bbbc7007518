"""Why an answer is wrong: which mistake it is, and the sentences that are true of it."""
