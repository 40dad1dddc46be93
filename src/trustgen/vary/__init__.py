"""Variations: one case in, cases out that ask the same in another way."""

from .options import LETTERS, listed, mcq, option_shift

__all__ = ["LETTERS", "listed", "mcq", "option_shift"]
