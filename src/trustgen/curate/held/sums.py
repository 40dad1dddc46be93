"""What the makers of `quiz.held` share: a step of a sum as the banks write it, "c = a + b", and a capital."""

from __future__ import annotations

from collections.abc import Mapping

DOES = {"+": int.__add__, "−": int.__sub__, "×": int.__mul__, "÷": int.__floordiv__}


def step(text: str, known: Mapping[str, int]) -> tuple[str, int, str, int, int]:
    """The name of what a step works out, its two numbers with the sign between them, and what it comes to."""
    name, _, first, sign, second = text.split()
    one, other = (known[part] if part in known else int(part) for part in (first, second))
    return name, one, sign, other, DOES[sign](one, other)


def opened(text: str) -> str:
    """A text with a capital at its start."""
    return text[:1].upper() + text[1:]


__all__ = ["opened", "step"]
