"""Shares among cases picked by their arms or a tag; they stand in `share`."""

from .share import label_among, score_among

__all__ = ["label_among", "score_among"]
