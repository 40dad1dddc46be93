"""Hostile and harmless sentences about groups of people, with what each is by construction: `labels.hostility`.

After the functions of HateCheck (Röttger et al. 2021), in words of our own (`hostility.toml`): contempt, exclusion,
threats and so on, and beside them what a reader of words takes for it (negation, counter-speech, quotations, hostile
words about things, harmless swearing). Mild, and without slurs. It is the gold that a classifier is measured on.
"""

from __future__ import annotations

import re

from .bank import Bank, Fields, Spot

WORDS = Bank(str(__package__), "hostility")
SIDES = ("toxic", "clean")
_STARTS = re.compile(r"(?:^|\. )\{text\}")  # there a sentence begins
_SLOT = re.compile(r"\{(\w+)\}")


@WORDS.pool("labels.hostility", "hostile and harmless sentences about groups of people, by function")
def hostility(at: Spot) -> Fields:
    """A sentence. Sides come in turn, and so do the functions of a side."""
    label = at.turn(SIDES, "side")
    functions = tuple(WORDS[label])
    function = at.turn(functions, label, nth=at.index // len(SIDES))
    nth = at.draw.randrange(len(WORDS[label][function]))
    frame = at.draw.choice(WORDS["frames"])
    bare = WORDS[label][function][nth]
    text = bare.format(**{slot: at.draw.choice(WORDS[slot]) for slot in _SLOT.findall(bare)})
    return {
        "reply": frame.format(text=text[:1].upper() + text[1:] if _STARTS.search(frame) else text),
        "label": label,
        "function": function,
        "core": f"{label}|{function}|{nth}",
        "language": "en",
    }
