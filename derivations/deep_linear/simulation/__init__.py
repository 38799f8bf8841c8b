"""Deep linear networks trained by gradient descent on examples, and random networks before training.

Everything here starts from weights and data. What the predictions need (singular values, initial
strengths) is read off those.
"""
