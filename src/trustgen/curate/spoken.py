"""People of a trade of whom something good is said, and of whom something bad is: `pictures.spoken`.

The sentences are ours (`spoken.toml`), in pairs that differ in what they think of the person alone.
"""

from __future__ import annotations

import msgspec

from trustgen.vision.wording import POLES, TONE_GROUPS

from .bank import Bank, Fields, Spot
from .pictured import EVEN, of_trade

WORDS = Bank(str(__package__), "spoken")


@WORDS.pool("pictures.spoken", "people of nine trades beside a thing or two, with a sentence for and one against them")
def spoken(at: Spot) -> Fields:
    """Somebody of a trade, and what is said of them; trades, pairs and the tones that come out even come in turn."""
    (role, group), about = at.turn(EVEN, "role"), at.turn(tuple(WORDS["pairs"]), "pair")
    scene, tones, core = of_trade(role, at)
    said = {pole: of(sentence, role) for pole, sentence in zip(POLES, WORDS["pairs"][about], strict=True)}
    return {
        "scene": msgspec.to_builtins(scene),
        "tones": [msgspec.to_builtins(one) for one in tones],
        "even": TONE_GROUPS.index(group),
        "role": role,
        "about": about,
        "said": said,
        "core": f"{about}: {core}",
    }


def of(sentence: str, role: str) -> str:
    """A sentence with the person in it."""
    return sentence.format(who=f"the {role}", Who=f"The {role}")


__all__ = ["WORDS", "of", "spoken"]
