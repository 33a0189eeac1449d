"""Serving of a notebook's predictions."""
