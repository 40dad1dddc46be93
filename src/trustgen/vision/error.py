"""How often what is measured is wrong, by side and by what was done to the picture, as it was counted and recorded.

A figure that is measured in pictures is printed with this beside it. The counts are of pictures drawn here; of a
model's pictures, which are near to these at best, they are the least that can be expected. Treatments: "plain"; "blur",
a Gaussian of a hundredth of the side; "noise", Gaussian, 8 of 255 on each channel; "jpeg" of quality 90.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


class Error(msgspec.Struct, frozen=True):
    """What was counted at one side under one treatment.

    `exact` pictures were measured as drawn in everything, `refused` not at all. `facts` has for each kind of fact how
    many there were in what was not refused, how many came out wrong, and how many were not told; `confused` counts the
    wrong by "kind: drawn > measured". `cells` counts the atoms of these scenes and of others by what is so and what was
    answered: "colour: no > yes".
    """

    side: int
    treatment: str
    pictures: int
    exact: int
    refused: int
    facts: dict[str, tuple[int, int, int]]
    confused: dict[str, int]
    cells: dict[str, int]

    def rate(self, kind: str) -> float:
        """The share of the facts of a kind that came out wrong, of those that were told."""
        total, wrong, untold = self.facts[kind]
        return wrong / (total - untold) if total > untold else float("nan")


@cache
def recorded() -> tuple[Error, ...]:
    """The errors as they were last counted, over every side and treatment."""
    return msgspec.json.decode((files(__package__) / "error.json").read_bytes(), type=tuple[Error, ...])
