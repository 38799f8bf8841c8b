"""Errors of linear students of given data, of aligned and of deep students: what a user calls."""
