"""The shape of what is known of a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Known:
    """`chance` is what the model that answers evenly at random comes out as, for every measure.

    None there is a value that has no closed form; say why beside it. `chance_by_interval` names measures whose estimate
    is biased at chance, and whose interval must hold it instead. `undefined_when_perfect` are the measures without a
    value for the perfect model; `undefined_when_worst` says that the headline has none for the worst one, and then the
    coward's is the worst value. `refuser` maps measures to the values of the model that declines everything, where
    refusing is scored; where it is empty, a refusal is `refused` and no measure has a value. `arms_differ` where arms
    are of different size by design. `most` are the records that the random model is asked about: fewer where a judge is
    slow.
    """

    chance: Mapping[str, float | None]
    chance_by_interval: frozenset[str] = frozenset()
    undefined_when_perfect: frozenset[str] = frozenset()
    undefined_when_worst: bool = False
    refuser: Mapping[str, float] = field(default_factory=dict)
    arms_differ: bool = False
    max_tokens: int = 64
    most: int = 300
