"""What each kind of layer does to the kernels."""
