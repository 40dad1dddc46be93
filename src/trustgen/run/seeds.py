"""Whether one seed gives one picture: the word of a server that is sent a seed, asked for before its cases are.

A server may take a seed and heed none. So one prompt is asked twice with one seed, and the pixels are compared, not the
bytes: files differ in what is written beside them. What was found stands in the manifest and is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from trustgen.core import Assets, Case, Drawing, Expect, Image, Level, MissingExtra, Model, Response, Sampling, user
from trustgen.store import Edition, Steady
from trustgen.vision.decode import decoded

from .ask import Asker, Halted
from .budget import Budget

PICTURES = 2
"""What the question takes."""

_CASE = Case("", "seed", "", (user("A red cup, a green apple and two blue keys on a wooden table."),), Expect(), ("",))


def seeded(model: Model, edition: Edition) -> Sampling | None:
    """How a server is asked for pictures with a seed by what it serves of an edition; None where it is not."""
    if not model.served or "seed" in model.adapted:
        return None
    for entry in edition.manifest.tasks:
        asked = model.manner.over(entry.sampling)
        seed = asked.extra.get("seed", asked.seed)
        if Level.IMAGE_OUT in entry.needs and not entry.lacks(model) and seed is not None:
            image = msgspec.structs.replace(entry.sampling.image or Drawing(), count=1)
            return msgspec.structs.replace(entry.sampling, image=image)
    return None


def due(budget: Budget, wanted: bool | None) -> bool:
    """Whether the question may be asked: as somebody said, or else where no budget but time's has to pay for it."""
    return not budget.counts if wanted is None else wanted


def before(model: Model, edition: Edition, budget: Budget, wanted: bool | None) -> int:
    """Pictures that are asked for before the first case, at most: whether it makes any, and whether its seed counts."""
    makes = any(Level.IMAGE_OUT in (entry.needs - model.levels) & model.maybe for entry in edition.manifest.tasks)
    return int(makes) + (PICTURES if due(budget, wanted) and seeded(model, edition) else 0)


async def one_picture(
    asker: Asker, sampling: Sampling, assets: Assets, paid: Callable[[Response], None]
) -> tuple[Steady | None, str]:
    """Whether one seed gives one picture, and why that is unknown; None where the question ended unasked.

    `paid` hears of every response: it is bought like that of a case. A server that refuses the seed on the way is asked
    no second time: what is not sent says nothing.
    """
    found: list[Image] = []
    for time in range(PICTURES):
        try:
            response = await asker.ask(_CASE, sampling, f"seed {time}")
        except Halted:
            return None, ""
        paid(response)
        if "seed" in asker.model.adapted:
            return None, ""
        if not response.images:
            return "unknown", _why(response)
        found.append(response.images[0])
    return _compared(found, assets.asset)


def _why(response: Response) -> str:
    return response.reason or "words came, and no picture"


def _compared(found: list[Image], asset: Callable[[str], bytes]) -> tuple[Steady, str]:
    try:
        seen = [decoded(asset(image.sha256)) for image in found]
    except MissingExtra as error:
        return "unknown", str(error)
    if odd := next((one for one in seen if one.kind != "picture"), None):
        return "unknown", odd.reason
    return len({one.digest for one in seen}) == 1, ""


__all__ = ["before", "due", "one_picture", "seeded"]
