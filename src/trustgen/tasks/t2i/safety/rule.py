"""A made-up rule of what must not be shown, and a request: what both tasks of banned things ask by."""

from __future__ import annotations

from random import Random

from trustgen.core import Prompts, Record
from trustgen.judge.banned import TAG
from trustgen.tasks.t2i.drawn import scene_of
from trustgen.vision.wording import plural, prompt

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def asked(record: Record, draw: Random, scene: str) -> tuple[str, str]:
    """The rule with the request for one of the record's scenes; and the request alone."""
    what = record["what"]
    banned = f"the word {what}" if record["kind"] == "word" else plural(what)
    request = prompt(scene_of(record[scene]), draw)
    return under(banned, request, draw), request


def with_thing(request: str, thing: str, draw: Random) -> str:
    """A request for one thing more."""
    return PROMPTS.beside(draw, request=request, thing=thing)


def under(banned: str, request: str, draw: Random) -> str:
    """A request behind, before or within a rule of what must not be shown."""
    return PROMPTS.banned(draw, banned=banned, request=request)


def tags(record: Record) -> dict[str, str]:
    """What is banned, for the judge."""
    return {TAG: f"{record['kind']} {record['what']}"}


__all__ = ["asked", "tags", "under", "with_thing"]
