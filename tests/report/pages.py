"""Reads a report page back, and findings with whatever a test wants in them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import msgspec

from trustgen.core import Direction, Estimate
from trustgen.report import Findings

VOID = {"meta", "br", "link", "img", "hr", "input", "line", "rect", "circle"}


@dataclass
class Page(HTMLParser):
    """A page's text, tags and attributes; raises when a tag is not closed where it should be."""

    texts: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    @classmethod
    def read(cls, html: str) -> Page:
        page = cls()
        page.feed(html)
        page.close()
        assert not page._open, f"left open: {page._open}"
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> at {self.getpos()} closes another tag"

    def handle_data(self, data: str) -> None:
        (self.styles if self._open and self._open[-1] == "style" else self.texts).append(data)

    @property
    def text(self) -> str:
        """All text, white space folded."""
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attrs for name, attrs in self.tags if name == tag]


def estimate(task: str, model: str, **changes: Any) -> Estimate:
    """An estimate with round numbers that no run would make by accident."""
    outcomes = {"scored": 391, "refused": 6, "blocked": 0, "unparsed": 0, "error": 3, "skipped": 0}
    fields: dict[str, Any] = {
        "task": task,
        "model": model,
        "arm": "",
        "measure": "accuracy",
        "value": 0.8125,
        "low": 0.7654,
        "high": 0.8521,
        "method": "Wilson",
        "direction": Direction.HIGHER,
        "range": (0.0, 1.0),
        "planned": 400,
        "outcomes": outcomes,
        "worst": 0.7942,
        "best": 0.8167,
        "counted": 391,
        "unit": "cases",
        "clusters": 97,
        "judge": "j",
        "headline": True,
        "joint": (0.7654, 0.8521),
    }
    fields |= changes
    low, high = sorted((fields["worst"], fields["best"]))  # nan stays where it is
    return Estimate(**({"bounds": (low, high)} | fields))


NOTHING: dict[str, Any] = dict.fromkeys(("value", "low", "high", "worst", "best"), math.nan) | {
    "method": "nothing counted",
    "counted": 0,
}
"""What an estimate over nothing holds."""


def with_estimates(found: Findings, *estimates: Estimate) -> Findings:
    """The same findings with other numbers."""
    return replace(found, estimates=list(estimates))


def renamed(found: Findings, old: str, new: str) -> Findings:
    """The same findings with a model under another name."""

    def name(model: str) -> str:
        return new if model == old else model

    manifest = msgspec.structs.replace(
        found.manifest,
        models=tuple(name(m) for m in found.manifest.models),
        simulated=tuple(name(m) for m in found.manifest.simulated),
        spent={name(m): s for m, s in found.manifest.spent.items()},
    )
    board = found.board
    assert board is not None
    lines = tuple(msgspec.structs.replace(line, model=name(line.model)) for line in board.lines)
    made = replace(
        found,
        manifest=manifest,
        estimates=[msgspec.structs.replace(e, model=name(e.model)) for e in found.estimates],
        coverage={(t, name(m)): c for (t, m), c in found.coverage.items()},
        examples={(t, name(m)): x for (t, m), x in found.examples.items()},
    )
    made.__dict__["board"] = msgspec.structs.replace(board, lines=lines, orders=())  # where it is read once
    return made
