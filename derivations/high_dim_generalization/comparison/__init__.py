"""Predictions held against finite students."""
