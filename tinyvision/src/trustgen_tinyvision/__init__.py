"""The weights of `tiny-t2i`, with a card that says how they came about and how well they draw; in `vlm` those of
`tiny-vlm`, with theirs, and in `faces` those of a face detector."""

from pathlib import Path


def folder() -> Path:
    """Where `card.json` lies, and the folder `weights` beside it."""
    return Path(__file__).parent
