"""Registers the toy tasks beside the real ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from trustgen.core import registry

sys.path.insert(0, str(Path(__file__).parent))


class _Point:
    def __init__(self, made: Any) -> None:
        self._made = made
        self.value = "toy"

    def load(self) -> Any:
        return self._made


@pytest.fixture(autouse=True)
def toy_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy tasks, by the door that plug-ins use."""
    import toy
    import toy_pictures
    from toy_written import written

    real = registry._points

    def points(kind: str) -> dict[str, Any]:
        made = {**toy.FACTORIES, **toy_pictures.FACTORIES, "toy.written": written} if kind == "task" else {}
        return {**real(kind), **{name: _Point(one) for name, one in made.items()}}

    monkeypatch.setattr(registry, "_points", points)
