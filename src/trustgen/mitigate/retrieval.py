"""`retrieval?k=5/MODEL`: a model that is handed, before each question, what a graph says of the things it names.

Knowledge prompting, the simplest of the ways to join language models and knowledge graphs (Pan et al. 2024,
arXiv:2306.08302). Names in the last question are linked to the graph of the pool `graph.countries`, and up to `k`
triples near them stand before the question as plain sentences. A question that names nothing of the graph is passed on
as it is. The wrapper sees the conversation alone, never the case: it retrieves what is asked about, right or wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import msgspec

from trustgen.core import (
    InputError,
    Level,
    Model,
    Prompts,
    Reply,
    Request,
    Text,
    Wrapped,
    user,
)
from trustgen.craft.retrieve import Retriever, Triple
from trustgen.curate.door import open_pool

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
GRAPH = "graph.countries"
FACTS = 5  # before a question, unless `k` says otherwise


MOST = 50
THROUGH = frozenset({Level.GENERATE, Level.LOGPROBS, Level.IMAGE_IN})
"""Levels that are the model's own still: hidden states of another prompt are not."""


class WithRetrieval(Wrapped):
    """A model with up to `k` notes in front of its questions; all else is the inner model's."""

    def __init__(self, inner: Model, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """Raises `InputError` for a setting other than `k`, from 1 to `MOST`."""
        told = settings.get("k", str(FACTS))
        if {*settings} - {"k"} or not told.isdecimal() or not 1 <= int(told) <= MOST:
            given = "&".join(f"{name}={value}" for name, value in settings.items())
            raise InputError(f"retrieval?{given}: it takes k=1 to k={MOST}, how many facts stand before a question")
        self.k = int(told)
        super().__init__(inner, f"retrieval{'' if self.k == FACTS else f'?k={self.k}'}/{inner.uri}")
        self.levels, self.maybe = inner.levels & THROUGH, inner.maybe & THROUGH

    async def check(self) -> None:
        """Check the inner model, and read the graph."""
        graph()
        await super().check()

    async def ask(self, request: Request) -> Reply:
        """The inner model's reply to the conversation with notes."""
        return await self.inner.ask(noted(request, self.k))


def noted(request: Request, k: int = FACTS) -> Request:
    """The request with notes before the text of its last turn, where that is a user's and names a thing of the graph.

    Only that turn is read: what was said before has been asked with its own notes.
    """
    *before, last = request.turns
    found = graph().find(last.text, most=k) if last.role == "user" else []
    if not found:
        return request
    notes = "\n".join(f"- {_sentence(triple)}" for triple in found)
    others = tuple(part for part in last.parts if not isinstance(part, Text))
    turn = user(PROMPTS.notes(notes=notes, question=last.text), *others)
    return msgspec.structs.replace(request, turns=(*before, turn))


def _sentence(triple: Triple) -> str:
    said = f"{triple.subject} {triple.words} {triple.object}."
    return said[0].upper() + said[1:]


@cache
def graph() -> Retriever:
    """Every triple on the paths of the pool's records."""
    return Retriever.of(open_pool(GRAPH).draw(""))
