"""What wraps a judge: all but the key and the call is the inner judge's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trustgen.core import Judge


class Around(Judge):
    """A judge around another one. A subclass gives `key` and the call."""

    def __init__(self, inner: Judge) -> None:
        self.inner = inner
        self.name, self.reads, self.asks, self.rubric = inner.title, inner.reads, inner.asks, inner.rubric

    @property
    def first(self) -> Judge:
        """The inner judge's first rung."""
        return self.inner.first

    def asking(self, arm: str) -> Iterator[Any]:
        """The inner judge's."""
        return self.inner.asking(arm)


__all__ = ["Around"]
