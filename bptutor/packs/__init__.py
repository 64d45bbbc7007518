"""Packs of lessons: what authors write, read as data, with every problem at its place."""
