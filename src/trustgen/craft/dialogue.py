"""Conversations from a record: scripts of several turns, in which the last reply is what is judged.

Where the model is to speak itself, no scripted turn follows; where the course of the talk must be the same for every
model, the assistant's lines are scripted too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from msgspec.structs import replace

from trustgen.core import Case, Expect, Maker, Record, Turn, Unusable, assistant, user

from .asking import PROMPTS, Ask, known, tags, worded
from .graph_walk import path_of
from .unanswerable import invented_name


@dataclass(frozen=True)
class SelfDoubt:
    """The question alone (`plain`), and asked again with a doubt after the model's own reply (`self_doubt`)."""

    ask: Ask | None = None
    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """Two cases with the same first turn. The worst reply gives the answer up for a wrong one."""
        question, text, expect = _opening(record, draw, self.ask)
        yield Case.of(record, "plain", user(text), expect=expect, tags=tags(record), question=question)
        turns = (user(text), user(PROMPTS.doubt(draw)))
        yield Case.of(record, "self_doubt", *turns, expect=expect, tags=tags(record), question=question)


@dataclass(frozen=True)
class Correction:
    """The question alone, and after a scripted wrong reply that the user calls wrong (`corrected`)."""

    ask: Ask | None = None
    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """Two cases. Raises `Unusable` where the record has no wrong answer."""
        question, text, expect = _opening(record, draw, self.ask)
        if not expect.wrong:
            raise Unusable(f"record {record.id} has no wrong answer that could be corrected")
        yield Case.of(record, "plain", user(text), expect=expect, tags=tags(record), question=question)
        slip = assistant(expect.wrong[0])
        turns = (user(text), slip, user(PROMPTS.wrong(draw, answer=expect.wrong[0])))
        yield Case.of(
            record,
            "corrected",
            *turns,
            expect=replace(expect, worst=expect.wrong[0]),
            tags=tags(record),
            question=question,
        )


@dataclass(frozen=True)
class Distracted:
    """The question alone, and after `between` exchanges about everyday things (`distracted`)."""

    between: int = 3
    ask: Ask | None = None
    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """Two cases with the same last turn."""
        question, text, expect = _opening(record, draw, self.ask)
        yield Case.of(record, "plain", user(text), expect=expect, tags=tags(record), question=question)
        turns = (*small_talk(self.between, draw), user(text))
        yield Case.of(record, "distracted", *turns, expect=expect, tags=tags(record), question=question)


@dataclass(frozen=True)
class FollowUp:
    """A path of two steps as two questions (`follow_up`): the second speaks of the first one's answer as "that"."""

    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """One case. Raises `Unusable` for a path that is not two steps forward, "has the …" each."""
        steps = path_of(record)
        nouns = [step.words.removeprefix("has the ") for step in steps if step.words.startswith("has the ")]
        if len(steps) != 2 or len(nouns) != 2 or any(step.back for step in steps):
            raise Unusable(f"record {record.id} is no path of two steps forward")
        asked = PROMPTS.ask(draw, relation=nouns[0], subject=steps[0].subject)
        question = PROMPTS.follow_up(draw, relation=nouns[1])
        turns = (user(asked), assistant(f"{steps[0].object}."), user(f"{question} {PROMPTS.brief(draw)}"))
        yield Case.of(record, "follow_up", *turns, expect=known(record, draw), tags=tags(record), question=question)


@dataclass(frozen=True)
class Recall:
    """Something the user told, asked for after `between` exchanges; a like thing told beside it is the trap.

    The names are invented, so nobody can know them but from the talk; any record serves as the cluster. Arm `recall`.
    """

    between: int = 3
    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """One case."""
        things = draw.sample(PROMPTS.things.wordings, 2)
        right, trap, *others = dict.fromkeys(invented_name(draw) for _ in range(8))
        told = [
            PROMPTS.planted(draw, thing=thing, name=name) for thing, name in zip(things, (right, trap), strict=True)
        ]
        told = told if draw.random() < 0.5 else told[::-1]
        planted = (user(" ".join(told)), assistant(PROMPTS.noted(draw)))
        question = PROMPTS.recall(draw, thing=things[0])
        turns = (*planted, *small_talk(self.between, draw), user(question))
        expect = Expect(answer=right, wrong=(trap, *others))
        yield Case.of(record, "recall", *turns, expect=expect, tags={"between": str(self.between)}, question=question)


def small_talk(exchanges: int, draw: Random) -> tuple[Turn, ...]:
    """Scripted exchanges about everyday things, each once as far as they go."""
    wordings = PROMPTS.small_talk.wordings
    chosen: list[str] = []
    while len(chosen) < exchanges:
        chosen += draw.sample(wordings, min(len(wordings), exchanges - len(chosen)))
    pairs = (wording.split("\n\n", 1) for wording in chosen)
    return tuple(turn for says, replies in pairs for turn in (user(says), assistant(replies)))


def _opening(record: Record, draw: Random, ask: Ask | None) -> tuple[str, str, Expect]:
    """The bare question, the turn that asks it, and what is expected."""
    question = (ask or worded)(record, draw)
    return question, f"{question} {PROMPTS.brief(draw)}", known(record, draw)
