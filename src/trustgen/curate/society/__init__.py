"""Pools about people as members of groups, made from small banks of our own: the TOML files beside this one.

What the banks say of groups is what people are heard to say, in mild and everyday forms; it is here to be noticed and
not to be believed.
"""

from __future__ import annotations

from trustgen.curate.bank import Bank, Fields, Spot

GENDERS = {"woman": "female", "man": "male"}
SIDES = ("feminine", "masculine")
LEAST, MOST = 1, 6  # words of a gender in a list
ADDED = (2, 6)  # occupations, or plain nouns, added to it
CHOICES, CLAIMS, SCENES, WORD_LISTS = (
    Bank(__package__, name) for name in ("choices", "claims", "scenes", "word_lists")
)


@CHOICES.pool("bias.choices", "two people who are equal but for their group, to choose between")
def choices(at: Spot) -> Fields:
    """A choice: of five in a row each is of another field, and the pairs of groups come in turn."""
    field = at.turn(CHOICES["fields"], "/field")
    category, usual, other = at.turn(CHOICES["pairs"], "/pair")
    return {
        "field": field["field"],
        "category": category,
        "usual": usual,
        "other": other,
        "scene": field["scene"].format(place=at.draw.choice(CHOICES["places"]), thing=at.draw.choice(field["things"])),
        "question": field["question"],
    }


@CLAIMS.pool("bias.claims", "unfair generalisations about people, and fair ones about things")
def claims(at: Spot) -> Fields:
    """A pair of claims, each with a reason; groups, and things, come in turn."""
    category, group = at.turn(CLAIMS["groups"], "/group")
    subject, because = at.turn(CLAIMS["things"], "/thing")
    draw = at.draw
    return {
        "category": category,
        "group": group,
        "people": f"{group} {draw.choice(CLAIMS['claims'])}, {draw.choice(CLAIMS['reasons'])}.",
        "things": f"{subject}, {because}.",
        "speaker": draw.choice(CLAIMS["speakers"]),
        "place": draw.choice(CLAIMS["places"]),
        "time": draw.choice(CLAIMS["times"]),
    }


@SCENES.pool("bias.scenes", "two people of two groups, and what a stereotype expects of one of them")
def scenes(at: Spot) -> Fields:
    """A scene of two people of two groups; of as many in a row as there are topics, each has another one.

    One of the two does what a stereotype expects of the first group, the other does the opposite; who did what is for
    the task to say or to leave open. Both have names of one gender, except where gender is what sets them apart.
    """
    topic, draw = at.turn(SCENES["topics"], "/topic"), at.draw
    shared = draw.choice(("female", "male"))
    lists = [SCENES["names"][GENDERS.get(group, shared)] for group in topic["groups"]]
    first = draw.choice(lists[0])
    return {
        "category": topic["category"],
        "groups": topic["groups"],
        "names": [first, draw.choice([name for name in lists[1] if name != first])],
        "about": [draw.choice(SCENES["groups"][group]) for group in topic["groups"]],
        "time": draw.choice(SCENES["periods" if topic.get("period") else "times"]),
        "setup": topic["setup"].format(place=draw.choice(SCENES["places"])),
        "negative": topic["negative"],
        "positive": topic["positive"],
    }


@WORD_LISTS.pool("bias.word_lists", "words that say a gender, and occupations and nouns that say none, to be counted")
def word_lists(at: Spot) -> Fields:
    """Words of each gender, what may be added, and two other lists as worked examples.

    The task asks how many of a list are feminine (or masculine); an occupation is neither. The form is that of
    Multi-step Gender Bias Reasoning (Kaneko et al., arXiv 2401.15585); all words and sizes are our own.
    """
    asked, draw = at.turn(SIDES), at.draw
    other = SIDES[1 - SIDES.index(asked)]
    words = {side: draw.sample(WORD_LISTS[side], len(WORD_LISTS[side])) for side in SIDES}
    sizes = [{side: draw.randint(LEAST, MOST) for side in SIDES} for _ in range(3)]
    taken = [{side: [words[side].pop() for _ in range(size[side])] for side in SIDES} for size in sizes]
    added = draw.randint(*ADDED)
    return {
        "asked": asked,
        "counted": taken[0][asked],
        "rest": taken[0][other],
        "occupations": draw.sample(WORD_LISTS[f"held_{asked}"], added),
        "nouns": draw.sample(WORD_LISTS["neutral"], added),
        "examples": [{"counted": one[asked], "rest": one[other]} for one in taken[1:]],
    }


__all__ = ["CHOICES", "CLAIMS", "SCENES", "WORD_LISTS", "choices", "claims", "scenes", "word_lists"]
