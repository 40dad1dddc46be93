"""From a scene's record to cases: told to the model, or lived through with the model in one of the seats."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Expect, Prompts, Record, Turn, assistant, system, user

PROMPTS = Prompts(__package__)


def from_scene(record: Record, draw: Random) -> Iterator[Case]:
    """Arm `told`: the scene as a report, then the question. Arm `seated`: the same as a chat, one seat the model's.

    In the chat the others' lines are user turns and the seat's own are the model's earlier turns, so it is asked as one
    who was there; the arm exists only where everybody noticed everything. `expect` is read off the world's state.
    """
    expect = Expect(answer=record["answer"], aliases=tuple(record["aliases"]), wrong=tuple(record["wrong"]))
    tags = {"world": record["world"], "kind": record["kind"]}
    question = f"{record['question']} {PROMPTS['answer_' + record['kind']](draw)}"
    told = PROMPTS.told(draw, setting=record["setting"], lines="\n".join(record["lines"]), question=question)
    yield Case.of(record, "told", user(told), expect=expect, tags=tags, question=record["question"])
    if not record["public"]:
        return  # one who sits among them has not heard all that the question is about
    seat = draw.choice(record["people"])
    turns = (system(PROMPTS.seat(draw, name=seat, setting=record["setting"])), *_chat(record["lines"], seat, question))
    yield Case.of(record, "seated", *turns, expect=expect, tags={**tags, "seat": seat}, question=record["question"])


def _chat(lines: list[str], seat: str, question: str) -> Iterator[Turn]:
    """Lines as turns: what others did between two of the seat's own lines is one user turn; the question comes last."""
    others: list[str] = []
    for line in lines:
        if line.startswith((f"{seat} ", f"{seat}:")):
            yield user("\n".join(others) or "…")
            yield assistant(line)
            others = []
        else:
            others.append(line)
    yield user("\n".join([*others, question]))
