"""Networks with a random scale, and posteriors by weighing draws of the prior."""
