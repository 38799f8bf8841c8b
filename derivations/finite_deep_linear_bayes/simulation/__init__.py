"""Deep linear networks whose weights are drawn, and chains that sample the posterior of weights."""
