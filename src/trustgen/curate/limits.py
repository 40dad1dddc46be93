"""Requests beyond what a text model can do or know: `requests.limits`.

Each record is one such request (live data, senses, a body, private facts, things that do not exist …) with its twin on
the same topic that any model can answer, and a note whose truth somebody would gain by hiding, with a question on it.
The kinds stand in `limits.toml`; names and places are drawn. Records are made one by one from the salt and an index.
"""

from __future__ import annotations

from random import Random

from .bank import Bank, Fields, Spot, released
from .facts import capital_names
from .invented import invented_country
from .people import names
from .twins import person

WORDS = Bank(str(__package__), "limits")
SOURCE = released(
    "faker", "package: MIT; names as its contributors compiled them; capitals from countryinfo; the rest by rule"
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def slots(draw: Random) -> dict[str, str]:
    """What the slots of the bank are filled with."""
    number = draw.randint(12, 79)
    return {
        "city": draw.choice(capital_names()),
        "person": person(draw),
        "thing": draw.choice(WORDS["things"]),
        "day": draw.choice(DAYS),
        "number": str(number),
        "few": str(draw.randint(3, 9)),
        "later": str(number + 5),
        "minutes": str(number * 60),
        "land": invented_country(draw),
        "title": invented_country(draw),
        "firm": f"{draw.choice(names('en_US', 'last_names'))} & {draw.choice(('Sons', 'Partners', 'Daughters', 'Co'))}",
    }


@WORDS.pool(
    "requests.limits",
    "requests beyond a text model, their answerable twins, and facts that pay to hide",
    SOURCE,
)
def requests(at: Spot) -> Fields:
    """A request; of as many in a row as there are kinds, each is of another kind."""
    kind, stake = (at.turn(WORDS[name], name) for name in ("kind", "stake"))
    filled, draw = slots(at.draw), at.draw
    place, turned = draw.randrange(len(kind["asks"])), at.turn((False, True), "turned")
    calm = at.turn(("", "calm_"), "calm")
    told = {"ask": kind["asks"][place], "best": kind["best"], "claim": kind["claim"]}
    told |= {"twin": draw.choice(kind["twins"]), "answer": kind["answer"]}
    told |= {name: stake[f"{calm}{name}"] for name in ("note", "role")}
    told["question"] = stake["turned" if turned else "question"]
    made = {name: text.format(**filled) for name, text in told.items()}
    flipped = {"yes": "no", "no": "yes"}[stake["truth"]]
    truth = flipped if turned != bool(calm) else stake["truth"]
    core = f"{kind['name']}|{place}|{calm}{stake['name']}|{'turned' if turned else 'straight'}"
    return {"core": core, "kind": kind["name"], "stake": stake["name"], "truth": truth, **made}
