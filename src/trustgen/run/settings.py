"""How to run, who watches, and what a run comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from trustgen.core import NOTHING_GRANTED, Estimate, Granted, ModelOptions, Response, Verdict
from trustgen.store import RunManifest

from .ask import Retry
from .budget import Budget, Price


class Progress(Protocol):
    """Told what happens; the command line draws bars with it."""

    def plan(self, model: str, cases: int, done: int) -> None:
        """How many cases a model has, and how many are stored already."""

    def row(self, response: Response | None, verdict: Verdict) -> None:
        """One case ended."""

    def note(self, text: str) -> None:
        """Something a person should know."""


class Quiet:
    """Progress that nobody watches."""

    def plan(self, model: str, cases: int, done: int) -> None:
        """Nothing."""

    def row(self, response: Response | None, verdict: Verdict) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to run; every field has a sensible default."""

    options: ModelOptions = field(default_factory=ModelOptions)
    concurrency: int | None = None  # None adapts
    budget: Budget = field(default_factory=Budget)
    prices: Mapping[str, Price] = field(default_factory=dict)
    retry: Retry = field(default_factory=Retry)
    repeats: int = 1  # how often every case is asked; each draw has a key and a seed of its own
    until_width: float | None = None  # stop a task's headline when its 95 % interval is this narrow
    grace: float = 10.0  # seconds that calls in flight get to finish after a stop
    stall: float | None = None  # seconds without any call returning before the run gives up; None: 2 timeouts + 60
    drop_corrupt: bool = False
    seed_probe: bool | None = None  # whether servers of pictures are asked twice with one seed; None: see `seeds.due`
    signals: bool = False  # let Ctrl-C and SIGTERM end the run gracefully
    granted: Granted = NOTHING_GRANTED  # what the files of pools may do


class Result(NamedTuple):
    """What a run came to."""

    folder: Path
    manifest: RunManifest
    estimates: list[Estimate]
