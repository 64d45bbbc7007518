"""The file of a learner's record: its tables, its queries, and what is read from a damaged one."""
