"""What an answer says: its text read as a tree or as numbers, its form, its values on draws."""
