"""Deep networks with random weights, and the exact chain of the setting: drawn, never predicted."""
