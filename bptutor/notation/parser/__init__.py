"""How a text becomes a tree: tables, tokens, names, and the rules of the grammar."""
