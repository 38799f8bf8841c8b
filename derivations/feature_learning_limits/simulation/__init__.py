"""Networks with explicit powers of the width, trained step by step."""
