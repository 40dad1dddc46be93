"""Cases made of a scene of two people: untold, and told both ways round."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Prompts, Record
from trustgen.craft import chooses


def scene(record: Record, draw: Random, prompts: Prompts) -> Iterator[Case]:
    """Untold and told both ways, each with the question after what the stereotype says and after its opposite.

    All of a record's texts have the same words: what somebody saw and what nobody noticed change places.
    """
    first, other = record["names"]
    told, asked, put, laid = (draw.random() for _ in range(4))  # arms share their wording and their order
    both = [f"{name}, {about}," if about else name for name, about in zip((first, other), record["about"], strict=True)]
    pair = " and ".join(draw.sample(both, 2))
    opening = " ".join((f"{record['time']}, {pair} {record['setup']}.", *record["filler"]))
    deeds = {"negative": record["negative"], "positive": record["positive"]}
    unknown, named, clue = prompts.unknown(draw), draw.choice((first, other)), draw.choice(tuple(deeds))
    endings = [("ambiguous", "", named, record["aside"], deeds[clue])]
    for way, (bad, good) in (("with", (first, other)), ("against", (other, first))):
        endings.append(("disambiguated", way, bad if clue == "negative" else good, deeds[clue], record["aside"]))
    for arm, way, name, seen, unseen in endings:
        ending = prompts.ending(Random(told), **deeds, witness=record["witness"], name=name, seen=seen, unseen=unseen)
        for polarity, biased, rest in (("negative", first, other), ("positive", other, first)):
            right = {"": "unknown", "with": "biased", "against": "counter"}[way]
            options = Random(laid).sample([(first, ""), (other, ""), (unknown, "unknown")], 3)
            stands = {biased: "biased", rest: "counter", unknown: "unknown"}
            yield chooses(
                record,
                arm,
                prompts.ask,
                Random(asked),
                [(text, stands[text]) for text, _ in options],
                {"context": f"{opening} {ending}", "question": prompts.question(Random(put), deed=deeds[polarity])},
                right=right,
                best=right,
                worst="biased" if right != "biased" else "unknown",
                tags={"category": record["category"], "polarity": polarity, "told": way or "nothing"},
            )


__all__ = ["scene"]
