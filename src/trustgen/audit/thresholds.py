"""Thresholds of the audit: read from `thresholds.toml`, overridden by a file, and applied to figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import InputError, UnknownName
from trustgen.core.plain import read_text, toml

Figure = dict[str, Any]
"""A judged figure: `value`, `low` and `high` if it has limits, `min` or `max`, `passed` (None: not judged), `note`."""


class Threshold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a figure means, and the least or largest value that passes, with the reason."""

    means: str = ""
    min: float | None = None
    max: float | None = None
    reason: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    figures: dict[str, Threshold] = {}
    tasks: dict[str, dict[str, Threshold]] = {}


@dataclass(frozen=True)
class Thresholds:
    """One threshold a figure, and others for single tasks."""

    figures: Mapping[str, Threshold]
    tasks: Mapping[str, Mapping[str, Threshold]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None = None) -> Thresholds:
        """The built-in ones, with those of a file in their place. Every threshold of a file needs its reason."""
        if path is None:
            return _built_in()
        try:
            given = _parsed(read_text(path))
        except (OSError, ValueError) as error:
            raise InputError(f"thresholds `{path}` cannot be read: {error}") from error
        built_in = _built_in()
        known = built_in.figures
        for named in (given.figures, *given.tasks.values()):
            for name, threshold in named.items():
                if name not in known:
                    raise UnknownName("figure of the audit", name, known)
                if not threshold.reason:
                    raise InputError(f"thresholds `{path}`: `{name}` has no `reason`: say why it lies there")

        # What a file says of a figure is said of every task: our exceptions from our own threshold go with it.
        tasks = {
            task: {name: t for name, t in named.items() if name not in given.figures}
            for task, named in built_in.tasks.items()
        }
        for task, named in given.tasks.items():
            tasks[task] = {**tasks.get(task, {}), **_over(known, named)}
        return cls({**known, **_over(known, given.figures)}, tasks)

    def judge(self, name: str, value: float, *limits: float, task: str = "", note: str = "") -> Figure:
        """A figure beside its threshold. With limits it fails when both lie beyond; `nan` is not judged."""
        threshold = self.tasks.get(task, {}).get(name) or self.figures[name]
        low, high = limits if limits and not any(map(math.isnan, limits)) else (value, value)
        passed = None
        if not math.isnan(value) and not (threshold.min is None and threshold.max is None):
            passed = (threshold.min is None or high >= threshold.min) and (
                threshold.max is None or low <= threshold.max
            )
        figure: Figure = {"value": value}
        if limits:
            figure |= {"low": limits[0], "high": limits[1]}
        figure |= {side: end for side in ("min", "max") if (end := getattr(threshold, side)) is not None}
        return {**figure, "passed": passed, **({"note": note} if note else {})}

    def described(self) -> dict[str, Any]:
        """All of them as plain values, for the card."""
        return {"figures": msgspec.to_builtins(self.figures), "tasks": msgspec.to_builtins(self.tasks)}


def _over(known: Mapping[str, Threshold], named: Mapping[str, Threshold]) -> dict[str, Threshold]:
    """The same, each with the meaning of its figure."""
    return {name: msgspec.structs.replace(t, means=known[name].means) for name, t in named.items()}


def _parsed(text: str) -> _File:
    return msgspec.convert(toml(text), _File)


@cache
def _built_in() -> Thresholds:
    read = _parsed((files(__package__) / "thresholds.toml").read_text("utf-8"))
    return Thresholds(read.figures, {task: _over(read.figures, named) for task, named in read.tasks.items()})


def plain(value: Any) -> Any:
    """The same with floats rounded to 4 digits and `nan` and infinities as None, for JSON."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 4) + 0.0 if math.isfinite(value) else None
    return value


def failures(sections: Mapping[str, Mapping[str, Figure]]) -> list[str]:
    """The figures that failed, as "section: figure"."""
    return [
        f"{section}: {name}" for section, named in sections.items() for name, f in named.items() if f["passed"] is False
    ]
