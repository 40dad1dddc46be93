"""A case played on a model that answers without waiting, as organisms do: no event loop, no engine."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from trustgen.core import (
    NO_ASSETS,
    Case,
    InternalError,
    Model,
    Reply,
    Request,
    Response,
    Sampling,
    Turn,
    assistant,
)

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


def answered(model: Model, case: Case, sampling: Sampling, asset: Callable[[str], bytes] = NO_ASSETS.asset) -> Response:
    """What such a model says to a case, every question of its script asked; the case's own sampling goes first.

    As in a run, an empty reply that is not the last ends the conversation, and `reason` says so.
    """
    turns: list[Turn] = []
    replies: list[Reply] = []
    reason = ""
    for turn, due in case.script():
        turns.append(turn)
        if due:
            if replies and not (replies[-1].text.strip() or replies[-1].images):
                reason = f"reply {len(replies)} was empty: the conversation could not go on"
                break
            replies.append(now(model.ask(Request(tuple(turns), case.sampling or sampling, case, asset))))
            turns.append(assistant(replies[-1].text, *replies[-1].images))
    return Response("k", case.id, case.task, model.uri, "answered", tuple(replies), reason)


__all__ = ["answered", "now"]
