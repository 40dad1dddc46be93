"""A case played on a model that answers without waiting, as organisms do: no event loop, no engine."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from trustgen.core import NO_ASSETS, Case, Image, InternalError, Model, Response, Sampling

from .talk import Talk

T = TypeVar("T")


def now(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits, without an event loop. Raises `InternalError` for one that does."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise InternalError("a model had to wait where none may: ask it in an event loop")


def answered(
    model: Model,
    case: Case,
    sampling: Sampling,
    asset: Callable[[str], bytes] = NO_ASSETS.asset,
    keep: Callable[[bytes, str], Image] = NO_ASSETS.keep,
) -> Response:
    """What such a model says to a case, every question asked; the case's own sampling goes first.

    `asset` reads the pictures that the case shows, `keep` takes those that the model makes.

    As in a run, an empty reply that is not the last ends the conversation, and `reason` says so.
    """
    talk = Talk(case)
    while talk.due():
        talk.take(now(model.ask(talk.request(model, case.sampling or sampling, asset, keep))))
    return Response("k", case.id, case.task, model.uri, "answered", tuple(talk.replies), talk.reason)


__all__ = ["answered", "now"]
