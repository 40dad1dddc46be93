"""Whether the machinery held: models that gave next to nothing to count, calls made again, replies cut at the cap.

Counted from the stored rows, so it holds over all sessions of a run, and for runs that were made before it was shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import msgspec

from trustgen.core import OUTCOMES, Outcome, Response
from trustgen.models.secrets import STRUCK
from trustgen.stats.planned import Pair
from trustgen.store import RunFolder, RunManifest

from .words import plural

MOST_ERRORS = 0.5
"""Share of the cases asked of a model that may end in `error` before the run is no success."""

_CUT, _RETRIED, _ESTIMATED = '"finish":"length"', '"retried":{', '"estimated":true'
_ANSWERED, _FAILED = '"status":"answered"', '"status":"error"'
"""Marks in a stored response; in a text that a model wrote, the quotes would be escaped."""
_response = msgspec.json.Decoder(Response).decode


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One model of a run. `asked` are its planned cases but for those skipped; `reason` is its most frequent error's.

    `retried` counts failed calls that were made again, by kind; `cut` has for each task how many cases have a reply
    that was cut at the token cap, and how many were answered; `estimated` says that some tokens were not reported;
    `struck` counts the answers with a key in them, which was taken out.
    """

    model: str
    planned: int
    asked: int
    scored: int
    errors: int
    reason: str = ""
    given_up: str = ""
    retried: dict[str, int] = {}
    cut: dict[str, tuple[int, int]] = {}
    estimated: bool = False
    struck: int = 0

    @property
    def alarm(self) -> str:
        """Why its numbers are next to none; "" where they are not."""
        if self.planned and not self.scored:
            return f"not one of {plural(self.planned, 'planned case')} was scored"
        if self.errors > MOST_ERRORS * self.asked:
            return f"{self.errors:,} of {plural(self.asked, 'case')} asked ended in error"
        return f"given up with {self.scored:,} of {self.planned:,} cases scored" if self.given_up else ""

    @property
    def retries(self) -> str:
        """`retried 46: 38 × HTTP 500, 8 × timeout`; "" where nothing was."""
        kinds = sorted(self.retried.items(), key=lambda item: (-item[1], item[0]))
        return (
            f"retried {sum(self.retried.values()):,}: " + ", ".join(f"{n:,} × {kind}" for kind, n in kinds)
            if kinds
            else ""
        )

    @property
    def cuts(self) -> tuple[int, int]:
        """Cases with a reply that was cut at the token cap, and cases answered, over the tasks that have any."""
        return sum(n for n, _ in self.cut.values()), sum(of for _, of in self.cut.values())


def health(folder: RunFolder, manifest: RunManifest, coverage: Mapping[Pair, Mapping[str, int]]) -> list[Health]:
    """Every model of a run, in its order; one pass over what was stored, decoding only what is out of the ordinary."""
    answered: Counter[Pair] = Counter()
    cut: Counter[Pair] = Counter()
    retried: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    estimated: set[str] = set()
    struck: Counter[str] = Counter()
    for task, model, body in folder.response_bodies():
        if _FAILED in body:
            reasons[model][_response(body).reason] += 1
        answered[task, model] += _ANSWERED in body
        cut[task, model] += _CUT in body
        if _RETRIED in body:
            retried[model].update(_response(body).retried)
        if _ESTIMATED in body:
            estimated.add(model)
        struck[model] += STRUCK in body
    made = []
    for model in manifest.models:
        mine = {task: counts for (task, uri), counts in coverage.items() if uri == model}
        ended = {o: sum(counts.get(o, 0) for counts in mine.values()) for o in OUTCOMES}
        made.append(
            Health(
                model=model,
                planned=sum(ended.values()),
                asked=sum(ended.values()) - ended[Outcome.SKIPPED],
                scored=ended[Outcome.SCORED],
                errors=ended[Outcome.ERROR],
                reason=max(reasons[model], key=lambda why: (reasons[model][why], why), default=""),
                given_up=manifest.given_up.get(model, ""),
                retried=dict(retried[model]),
                cut={task: (cut[task, model], answered[task, model]) for task in mine if cut[task, model]},
                estimated=model in estimated,
                struck=struck[model],
            )
        )
    return made
