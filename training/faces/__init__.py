"""Writes the networks of the face detector; it needs torch, which nothing else does."""
