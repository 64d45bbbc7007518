"""The mathematics language: one text, one tree, many faces."""
