"""NumPy backpropagation: the backward step stands beside the forward one."""
