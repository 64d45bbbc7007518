"""A lesson file: front matter, prose, blocks, and how the lines of a derivation fade."""
