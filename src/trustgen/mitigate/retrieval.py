"""`retrieval/MODEL`: a model that is handed, before each question, what a knowledge graph says of the things it names.

Knowledge prompting, the simplest of the ways to join language models and knowledge graphs (Pan et al. 2024,
arXiv:2306.08302). Names in the last question are linked to the graph of the pool `graph.countries`, and up to five
triples near them stand before the question as plain sentences. A question that names nothing of the graph is passed on
as it is. The wrapper sees the conversation alone, never the case: it retrieves what is asked about, right or wrong.
"""

from __future__ import annotations

from functools import cache

import msgspec

from trustgen.core import InputError, Level, Model, ModelOptions, Prompts, Reply, Request, Text, underlying, user
from trustgen.craft.retrieve import Retriever, Triple
from trustgen.curate.pool import open_pool
from trustgen.models import open_model as open_inner

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
GRAPH = "graph.countries"


def open_model(rest: str, options: ModelOptions) -> WithRetrieval:
    """The model that `rest` names, with retrieval. Raises `InputError` where it names none, or again a wrapped one."""
    if not rest or underlying(f"{rest}/") != f"{rest}/":
        raise InputError(f"model URI `retrieval/{rest}` names no model of its own: write for example retrieval/smollm2")
    return WithRetrieval(open_inner(rest, options))


class WithRetrieval:
    """A model with notes in front of its questions; all else is the inner model's."""

    def __init__(self, inner: Model) -> None:
        self.inner = inner
        self.uri = f"retrieval/{inner.uri}"
        self.levels = inner.levels & {Level.GENERATE, Level.LOGPROBS}
        self.simulated = inner.simulated
        self.slots = inner.slots

    def __repr__(self) -> str:
        return f"WithRetrieval({self.inner!r})"

    async def check(self) -> None:
        """Check the inner model, and read the graph."""
        graph()
        await self.inner.check()

    async def ask(self, request: Request) -> Reply:
        """The inner model's reply to the conversation with notes."""
        return await self.inner.ask(noted(request))

    async def close(self) -> None:
        """Close the inner model."""
        await self.inner.close()


def noted(request: Request) -> Request:
    """The request with notes before the text of its last turn, where that is a user's and names a thing of the graph.

    Only that turn is read: what was said before has been asked with its own notes.
    """
    *before, last = request.turns
    found = graph().find(last.text) if last.role == "user" else []
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
