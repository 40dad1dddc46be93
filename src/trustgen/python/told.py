"""Progress as plain lines: no colour, no line that is written over, so that a notebook and a log show the same."""

from __future__ import annotations

from collections import Counter

from trustgen.core import OUTCOMES, Outcome, Response, Verdict
from trustgen.core.shown import one_line

STEPS = 5
"""Lines that one model is worth, at most."""


class Lines:
    """A `trustgen.run.Progress` that prints; `quiet` prints nothing but notes that a person must see."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._seen: dict[str, int] = {}
        self._total: dict[str, int] = {}
        self._outcomes: dict[str, Counter[str]] = {}

    def plan(self, model: str, cases: int, done: int) -> None:
        """How many cases a model has."""
        self._seen[model], self._total[model], self._outcomes[model] = done, cases, Counter()
        self._say(f"{model}: {cases:,} cases" + (f", {done:,} of them stored already" if done else ""))

    def row(self, response: Response | None, verdict: Verdict) -> None:
        """One case ended."""
        model = verdict.model
        self._seen[model] += 1
        self._outcomes[model][verdict.outcome] += 1
        total = max(self._total[model], 1)
        if STEPS * self._seen[model] // total > STEPS * (self._seen[model] - 1) // total:
            counts = self._outcomes[model]
            more = [f"{counts[o]:,} {o}" for o in OUTCOMES if o != Outcome.SCORED and counts[o]]
            self._say(" · ".join([f"{model}: {self._seen[model]:,} of {self._total[model]:,}", *more]))

    def note(self, text: str) -> None:
        """Something a person should know."""
        self._say(text)

    def built(self, done: int, meant: int) -> None:
        """Records of an edition under construction."""
        if done == meant:
            self._say(f"built from {done:,} records")

    def _say(self, text: str) -> None:
        if not self._quiet:
            print(one_line(text, 400), flush=True)
