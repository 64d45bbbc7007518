"""The mathematics language: one text, one tree, printed in many ways."""
