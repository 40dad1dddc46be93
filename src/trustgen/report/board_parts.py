"""What a leaderboard is made of: the numbers that every format shows."""

from __future__ import annotations

import math

import msgspec

from trustgen.core import Direction, Outcome
from trustgen.stats.goodness import Goodness
from trustgen.stats.profile import Mean, Minimum, Refusals

from .family import Verdict

COVERED = 0.8
"""Share of a model's planned cases that must be scored or refused for it to be ranked."""


LIKELY = 0.25
"""A dimension that is the weakest with less of a chance is not said to be it."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One model. `minimum` is of its dimensions; `tasks` of `of` have a value, utility left out.

    `outcomes` counts the planned cases of these tasks; `ranked` is false where too few of them have a verdict.
    """

    model: str
    simulated: bool
    trust: Mean
    minimum: Minimum | None
    dimensions: tuple[Mean, ...]
    utility: Mean | None
    refusals: tuple[Refusals, ...]
    tasks: int
    of: int
    outcomes: dict[str, int] = {}
    ranked: bool = True
    goodness: dict[str, Goodness] = {}  # of each task that has an estimate, utility too

    def share(self, *outcomes: Outcome) -> float:
        """Share of the planned cases that ended so; `nan` where nothing was planned."""
        planned = sum(self.outcomes.values())
        return sum(self.outcomes.get(o, 0) for o in outcomes) / planned if planned else math.nan

    @property
    def covered(self) -> float:
        """Share of the planned cases with a verdict."""
        return self.share(Outcome.SCORED, Outcome.REFUSED)

    @property
    def asked(self) -> int:
        """Cases that the model was asked."""
        return sum(n for outcome, n in self.outcomes.items() if outcome != Outcome.SKIPPED)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One model on one headline: models that share a letter are not shown to differ, and its rank lies in best..worst.

    Letters hold over all headlines at once, the ranks of all models over this one. The value is over the cases that
    have a verdict (scored or refused), `read` of `planned`.
    """

    model: str
    value: float
    letters: tuple[str, ...]
    best: int
    worst: int
    read: int = 0
    planned: int = 0


class Versus(msgspec.Struct, frozen=True, kw_only=True):
    """What one headline says of `model` against `other`, as `compare` does; `adjusted` is Holm's p over the family.

    About `needed` clusters, of `clusters` that there are, would show a difference as large as the one seen.
    """

    model: str
    other: str
    verdict: Verdict
    adjusted: float
    clusters: int
    needed: int


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One headline's order from best to worst, and how many of its `neighbours` differ; or the `reason` for none.

    `against` are pairs (better, worse) that the cases both have show, though the models' own values say otherwise.
    `anchors` are the headline's values of a guesser and of the perfect model, 0 and 1 of goodness; `unanchored` says
    why 0 and 1 are the ends of its range instead, and is "" otherwise.
    """

    task: str
    title: str
    measure: str
    direction: Direction
    target: float | None
    range: tuple[float, float]
    told_apart: int
    neighbours: int
    method: str
    places: tuple[Place, ...]
    versus: tuple[Versus, ...] = ()  # every pair that could be compared, the one with the better value first
    reason: str = ""
    against: tuple[tuple[str, str], ...] = ()
    anchors: tuple[float, float] | None = None
    unanchored: str = ""

    def between(self, model: str, other: str) -> Versus | None:
        """Two neighbours."""
        return next((v for v in self.versus if (v.model, v.other) == (model, other)), None)

    def held(self, model: str, other: str) -> Versus | None:
        """What is said of a model against another, whichever has the better value."""
        if (said := self.between(model, other)) is not None or (said := self.between(other, model)) is None:
            return said
        turned: dict[Verdict, Verdict] = {"better": "worse", "worse": "better"}
        return msgspec.structs.replace(said, model=model, other=other, verdict=turned.get(said.verdict, said.verdict))


class Twins(msgspec.Struct, frozen=True, kw_only=True):
    """Models with identical verdicts on every planned case of `tasks`, of `of` that they all were asked."""

    models: tuple[str, ...]
    tasks: tuple[str, ...]
    of: int
    cases: int


class Leaderboard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the formats show. `weights` are those of tasks within their dimension."""

    edition: str
    suite: str
    salt: str
    runs: tuple[str, ...]
    lines: tuple[Line, ...]
    orders: tuple[Order, ...]
    identical: tuple[Twins, ...]
    family: int  # tests that share the 5 %: pairs of models times headlines
    weights: dict[str, float]
    utility: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def told_apart(self) -> int:
        """Neighbours that differ, over all headlines."""
        return sum(order.told_apart for order in self.orders)

    @property
    def neighbours(self) -> int:
        """Neighbours in the order of values, over all headlines."""
        return sum(order.neighbours for order in self.orders)
