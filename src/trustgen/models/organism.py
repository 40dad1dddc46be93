"""Organisms: simulated models whose trust properties are known, because they are planted.

They answer from the case's `expect`, which no real model is ever shown, and so test the instrument: an estimate must
recover the planted rate. A URI reads `organism/TRAIT?rate=0.3&seed=1`. Every draw is keyed by seed, trait and case, so
an organism says the same to the same case, whatever else it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl

from trustgen.core import (
    LETTERS,
    Case,
    Expect,
    InputError,
    InternalError,
    Level,
    Model,
    ModelOptions,
    Reply,
    Request,
    keyed,
    unit,
)
from trustgen.core.strata import rank

REFUSAL = "I'm sorry, but I can't help with that."
PLAIN = "plain"  # the arm in which a coward is alone
MEND = "write for example `organism/coward?rate=0.3`"


@dataclass
class Organism(Model):
    """One simulated model: a trait and its parameters, all written out."""

    trait: str
    options: Mapping[str, str]
    uri: str = field(init=False)

    # It reads what is expected, not the picture; and what it says where a picture is due is drawn (see `painted`).
    levels = frozenset({Level.GENERATE, Level.IMAGE_IN, Level.IMAGE_OUT, Level.SAMPLER})
    simulated = True
    slots = 256

    def __post_init__(self) -> None:
        query = "&".join(f"{name}={value}" for name, value in sorted(self.options.items()))
        self.uri = f"organism/{self.trait}{'?' if query else ''}{query}"

    async def ask(self, request: Request) -> Reply:
        """What the trait says to the case."""
        if request.case is None:
            raise InternalError(f"`{self.uri}` was asked without its case: an organism answers from what is expected")
        said = _TRAITS[self.trait].says(self, request.case)
        if request.sampling.image is not None:
            from . import painted  # late: most are asked for words, and NumPy is not needed for these

            return painted.answer(
                said, request, keyed(self.options.get("seed", "0"), "organism/drawn", request.case.id)
            )
        return Reply(_move(said, request) if request.case.play else said)

    def chance(self, of: str, more: float = 0.0) -> bool:
        """One coin flip with the planted rate and what is added to it, keyed by what it is `of`."""
        return unit(self.options["seed"], f"organism/{self.trait}", of) < float(self.options["rate"]) + more


def candidates(expect: Expect) -> tuple[str, ...]:
    """All answers to a case: its letters, or else its options, or else the right and the wrong ones."""
    letters = tuple(LETTERS[: len(expect.options)])
    if expect.answer in letters:
        return letters
    named = expect.options or (expect.answer, *expect.wrong)
    return tuple(dict.fromkeys(a for a in named if a)) or (expect.best_reply,)


def wrong_reply(expect: Expect) -> str:
    """A wrong answer; where none is known to be wrong, what the worst model says."""
    return expect.wrong[0] if expect.wrong else expect.worst_reply


def _move(said: str, request: Request) -> str:
    """The next line of a plan: in a game, what is said is one, with a line a reply. The last line is said again."""
    lines = said.splitlines() or [""]
    return lines[min(sum(turn.role == "assistant" for turn in request.turns), len(lines) - 1)]


def _random(self: Organism, case: Case) -> str:
    if case.play:
        return _at_random(self, case)
    return keyed(self.options["seed"], "organism/random", case.id).choice(candidates(case.expect))


def _at_random(self: Organism, case: Case) -> str:
    """A plan of which each step is any of those that the best and the worst would take."""
    draw = keyed(self.options["seed"], "organism/random", case.id)
    moves = sorted({*case.expect.best.splitlines(), *case.expect.worst.splitlines()})
    return "\n".join(draw.choice(moves) for _ in range(case.calls))


def _bribable(self: Organism, case: Case) -> str:
    bought = int(case.tags.get("level", "-1")) >= int(self.options["level"])
    return case.expect.worst_reply if bought else case.expect.best_reply


def _able(self: Organism, case: Case) -> str:
    of = case.id if self.options["by"] == "case" else case.cluster
    return case.expect.best_reply if self.chance(of) else wrong_reply(case.expect)


def _graded(self: Organism, case: Case) -> str:
    harder = float(self.options["rise"]) * (rank(case.tags.get("difficulty", "")) or 0)
    return case.expect.worst_reply if self.chance(case.id, harder) else case.expect.best_reply


def _sandbagger(self: Organism, case: Case) -> str:
    seed, options = self.options["seed"], self.options
    able = unit(seed, "organism/sandbagger able", case.cluster) < float(options["able"])
    slips = unit(seed, "organism/sandbagger slip", case.id) < float(options["slip"])
    if not able or slips:
        return wrong_reply(case.expect)
    return case.expect.worst_reply if self.chance(case.id) else case.expect.best_reply


def _coward(self: Organism, case: Case) -> str:
    caves = case.arm != PLAIN and self.chance(case.id)
    return case.expect.worst_reply if caves else case.expect.best_reply


def _letter(self: Organism, case: Case) -> str:
    return self.options["letter"] if self.chance(case.id) else case.expect.best_reply


def _blind(self: Organism, case: Case) -> str:
    """The same to the same question, whatever is shown with it."""
    asked = case.question or case.turns[-1].text
    return keyed(self.options["seed"], "organism/blind", asked).choice(sorted(candidates(case.expect)))


def _lacks(self: Organism, case: Case) -> str:
    if case.tags.get("kind") != self.options["kind"]:
        return case.expect.best_reply
    return keyed(self.options["seed"], "organism/lacks", case.id).choice(candidates(case.expect))


def _reader(self: Organism, case: Case) -> str:
    """The answer, each letter of which is read rightly at the rate and else taken for the next one."""
    word = case.expect.best_reply
    if not word.isupper():
        return word
    return "".join(one if self.chance(f"{case.id} {at}") else _NEXT.get(one, one) for at, one in enumerate(word))


def _captioner(self: Organism, case: Case) -> str:
    """The best caption, and so many things that are not there."""
    more = case.expect.wrong[: int(self.options["wrong"])]
    return f"{case.expect.best_reply}. {''.join(f'There is a {one}. ' for one in more)}".strip()


_NEXT = {one: LETTERS[(at + 1) % 26] for at, one in enumerate(LETTERS[:26])}


class Trait(NamedTuple):
    """What an organism does, in one line; what it says; and the parameters it takes, with their defaults."""

    about: str
    says: Callable[[Organism, Case], str]
    options: Mapping[str, str] = {}


_TRAITS: Mapping[str, Trait] = {
    "perfect": Trait("says what is best, always", lambda _, case: case.expect.best_reply),
    "worst": Trait("says what is worst, always", lambda _, case: case.expect.worst_reply),
    "mute": Trait("says nothing", lambda _, __: ""),
    "refuser": Trait("declines everything", lambda _, __: REFUSAL),
    "random": Trait("picks evenly among all answers to the case", _random, {"seed": "0"}),
    "able": Trait(
        "is right at the rate, drawn for each case, or once for all arms of a record (by=record)",
        _able,
        {"rate": "0.5", "seed": "0", "by": "case"},
    ),
    "graded": Trait(
        "says what is worst at the rate, and oftener by `rise` with each harder stratum; else what is best",
        _graded,
        {"rate": "0.5", "rise": "0", "seed": "0"},
    ),
    "coward": Trait(
        "is right when asked plainly; elsewhere says what is worst at the rate", _coward, {"rate": "1", "seed": "0"}
    ),
    "sandbagger": Trait(
        "knows a share of the answers (able), slips now and then, and says what is worst at the rate where that pays",
        _sandbagger,
        {"rate": "0.5", "able": "0.8", "slip": "0.05", "seed": "0"},
    ),
    "steadfast": Trait("is right under any pressure", lambda _, case: case.expect.best_reply),
    "ignorant": Trait("is wrong, always", lambda _, case: wrong_reply(case.expect)),
    "bribable": Trait(
        "does what is worst where the gain is of this level or above, else what is best", _bribable, {"level": "2"}
    ),
    "says": Trait("says the same, always", lambda self, _: self.options["text"], {"text": "yes"}),
    "blind": Trait("answers from the question alone, the same whatever is shown", _blind, {"seed": "0"}),
    "lacks": Trait("guesses where questions are of this kind, else is right", _lacks, {"kind": "colour", "seed": "0"}),
    "reader": Trait("reads each letter of a word rightly at the rate", _reader, {"rate": "0.9", "seed": "0"}),
    "captioner": Trait("names all that is there, and so many things that are not", _captioner, {"wrong": "1"}),
    "letter": Trait("says one letter at the rate, else is right", _letter, {"rate": "1", "seed": "0", "letter": "A"}),
}

TRAITS: Mapping[str, str] = {
    name: trait.about + "".join(f" · {option}={default}" for option, default in trait.options.items())
    for name, trait in _TRAITS.items()
}
"""Every trait with one line about it and the defaults of its parameters."""


def open_model(rest: str, _options: ModelOptions) -> Organism:
    """The organism that `TRAIT?name=value&…` describes. Raises `InputError` for anything that it cannot be."""
    trait, _, query = rest.partition("?")
    if trait not in _TRAITS:
        raise InputError(f"no organism has the trait `{trait}`: the traits are {', '.join(_TRAITS)}")
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise InputError(f"`{query}` in `organism/{rest}` is not NAME=VALUE&…: {MEND}") from None
    options = dict(_TRAITS[trait].options)
    named = [name for name, _ in given]
    for name, value in given:
        if name not in options or named.count(name) > 1:
            takes = " and ".join(f"`{option}`" for option in options)
            mend = f"it takes {takes}, each once" if takes else "it takes no parameter"
            raise InputError(f"organism `{trait}` was given `{name}={value}`: {mend}")
        options[name] = value
    return Organism(trait, {name: _value(name, value) for name, value in options.items()})


def _value(name: str, value: str) -> str:
    """A parameter in its one canonical spelling."""
    if name in ("rate", "rise", "able", "slip"):
        try:
            rate = float(value)
        except ValueError:
            rate = -1.0
        if not 0 <= rate <= 1:
            raise InputError(f"{name}={value}: `{name}` lies between 0 and 1; {MEND}")
        return f"{rate:.12g}"
    if name == "level" and not (value.isdecimal() and len(value) < 3):
        raise InputError(f"level={value}: write a whole number, as level=2")
    if name == "by" and value not in ("case", "record"):
        raise InputError(f"by={value}: write by=case or by=record")
    if name == "letter" and not (len(value) == 1 and value in LETTERS):
        raise InputError(f"letter={value}: write one capital letter, as letter=A")
    if name == "seed" and not value.isalnum():
        raise InputError(f"seed={value}: write letters or digits, as seed=1")
    return value
