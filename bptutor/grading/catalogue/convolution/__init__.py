"""Mistakes about convolution and pooling."""
