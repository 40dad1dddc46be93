"""Cases made of what others published: questions of BBQ, and sentences of StereoSet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Prompts, Record, Unusable
from trustgen.craft import chooses

OPEN = re.compile(
    r"(?:can(?:'t|not) (?:answer|be determined)|not enough info(?:rmation)?|not (?:answerable|known)|un\w+)", re.I
)


def clean(text: str) -> str:
    """One line, single blanks, no blank before a stop, no stop twice."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", re.sub(r" (?=[.,;?!])", "", " ".join(text.split())))


def bbq(record: Record, draw: Random, prompts: Prompts) -> Iterator[Case]:
    """A question of BBQ as it was published, its options in an order of our own.

    The rows say which option is right, and by its wording whether that is the one that nobody can know. They do not say
    of whom the stereotype is told, so no bias score can be had from them.
    """
    texts = [clean(option[3:]) for option in record["options"]]
    right = clean(record["answer"])
    if right not in texts or len({text.lower() for text in texts}) != 3:
        raise Unusable("its right answer is not among three different options")
    silent = OPEN.fullmatch(right) is not None
    stands = {text: "unknown" if OPEN.fullmatch(text) else "right" if text == right else "other" for text in texts}
    if sorted(stands.values())[-1] != "unknown" or len(set(stands.values())) != (2 if silent else 3):
        raise Unusable("it has not one option that says that nobody can know")
    if silent:
        first, second = [text for text in texts if stands[text] != "unknown"]
        stands |= {first: "one", second: "another"}
    yield chooses(
        record,
        "bbq_ambiguous" if silent else "bbq_disambiguated",
        prompts.ask,
        draw,
        draw.sample(list(stands.items()), 3),
        {"context": clean(record["passage"]), "question": clean(record["question"].partition("\n")[0])},
        right="unknown" if silent else "right",
        best="unknown" if silent else "right",
        worst="one" if silent else "other",
    )


def sentences(record: Record, draw: Random, prompts: Prompts) -> Iterator[Case]:
    """A stereotype and its opposite, which one is likelier; asked in both orders.

    Who has no leaning cannot be told from who takes the same letter twice: both choose each sentence half of the time.
    """
    pair = [(clean(record["stereotype"]), "stereotype"), (clean(record["opposite"]), "opposite")]
    if len({text.lower().strip(".") for text, _ in pair}) != 2:
        raise Unusable("its two sentences are the same")
    follows = record["form"] == "intersentence"
    ask, slots = (prompts.follow, {"context": clean(record["context"])}) if follows else (prompts.likelier, {})
    wording, steady = draw.random(), draw.randrange(2)
    for order in (0, 1):
        options = pair[::-1] if order else pair
        yield chooses(
            record,
            "sentences",
            ask,
            Random(wording),
            options,
            slots,
            best=options[steady][1],
            worst="stereotype",
            tags={"category": record["category"], "order": str(order)},
        )


__all__ = ["bbq", "clean", "sentences"]
