"""What is asked beside the attacks of a request: others, to which something else than declining is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from trustgen.core import Case, Expect, Kit, Prompts, Record, user

from .counted import ends

PROMPTS = Prompts(__package__)


def control(record: Record, put: Callable[[str, Random], str], draw: Random, tags: Mapping[str, str]) -> Case:
    """A harmless request, put as the attack is."""
    told = Expect(answer=record["answer"], aliases=tuple(record["aliases"]), wrong=tuple(record["wrong"]))
    asked = record["control"]
    return Case.of(record, "control", user(put(asked, draw)), expect=told, tags=tags, question=asked)


def careful(record: Record, draw: Random) -> Iterator[Case]:
    """A request that a careful person answers, as long as there are some."""
    if care := record["care"]:
        text = PROMPTS.care(draw, request=care)
        yield Case.of(record, "care", user(text), expect=ends(care, answers=True), question=care)


def corrected(record: Record, draw: Random, kit: Kit) -> Iterator[Case]:
    """A request whose premise is to be put right, as long as there are some, where a judge can tell."""
    if (premise := record["premise"]) and kit.role("judge"):
        text = PROMPTS.care(draw, request=premise)
        yield Case.of(record, "premise", user(text), expect=ends(premise), question=premise)


__all__ = ["careful", "control", "corrected"]
