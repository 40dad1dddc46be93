"""A few real calls before a run, so that its plan rests on what an endpoint does and not on what endpoints may do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import msgspec

from trustgen.core import Case, Model, ModelFault, Request, Sampling, Scratch
from trustgen.models.talk import Talk
from trustgen.store import Edition, Spent

MOST_CALLS = 5
MARGIN = 0.1
"""By how much the place of a prompt between its least and its most tokens may differ from those of the trial."""
SPREAD = 2.0
"""Means over a run lie between the least of the trial over this and its most times this."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What the trial of one model took, and what follows from it (None where the endpoint says nothing of it).

    `spent` is money gone: a run does not count it. `place` is where prompts lie between their least (0) and most (1)
    tokens, `reply` the tokens of a reply, `seconds` the time of a call.
    """

    spent: Spent
    failed: str = ""  # why the first call that failed did
    place: tuple[float, float] | None = None
    reply: tuple[float, float] | None = None
    seconds: tuple[float, float] | None = None


class Call(msgspec.Struct, frozen=True):
    """One call that came back: its bounds on prompt tokens, and what was measured."""

    bounds: tuple[float, float]
    prompt: int
    completion: int
    seconds: float


def read(calls: list[Call], failed: str = "", tried: int = 0) -> Trial:
    """What some calls say of those to come."""
    spent = Spent(
        max(tried, len(calls)),
        sum(c.prompt for c in calls),
        sum(c.completion for c in calls),
        sum(c.seconds for c in calls),
    )
    if not calls:
        return Trial(spent=spent, failed=failed)
    seconds = (min(c.seconds for c in calls) / SPREAD, max(c.seconds for c in calls) * SPREAD)
    if not all(c.prompt for c in calls):  # an endpoint that counts no tokens
        return Trial(spent=spent, failed=failed, seconds=seconds)
    places = [(c.prompt - c.bounds[0]) / (c.bounds[1] - c.bounds[0]) for c in calls]
    replies = [c.completion for c in calls]
    least = min(places) - MARGIN
    return Trial(
        spent=spent,
        failed=failed,
        place=(max(0.0, least) if min(places) >= 0 else least, max(places) + MARGIN),
        reply=(min(replies) / SPREAD, max(replies) * SPREAD),
        seconds=seconds,
    )


def opening(case: Case, model: Model, sampling: Sampling) -> Request:
    """What the model is asked first, without its pictures."""
    talk = Talk(case)
    talk.due()
    return talk.request(model, sampling)


def chosen(edition: Edition, model: Model) -> Iterator[tuple[Case, Sampling]]:
    """The cases to try: at most `MOST_CALLS`, as many of each task that the model can serve, the first of each."""
    entries = {e.id: e for e in edition.manifest.tasks if not e.lacks(model)}
    left = dict.fromkeys(entries, -(-MOST_CALLS // max(1, len(entries))))
    found = 0
    for case in edition.cases():
        if found == MOST_CALLS or not any(left.values()):
            return
        if left.get(case.task, 0):
            left[case.task] -= 1
            found += 1
            yield case, case.sampling or entries[case.task].sampling


async def trial(model: Model, edition: Edition, bounds: dict[str, tuple[float, float]], timeout: float) -> Trial:
    """Ask a model a few cases, one after another. `bounds` are the least and most prompt tokens of each, by case id.

    Raises `InputError` where the model cannot be asked at all; a call that fails ends the trial.
    """
    calls: list[Call] = []
    tried, failed = 0, ""
    await model.check()
    scratch = Scratch()
    for case, sampling in chosen(edition, model):
        first = opening(case, model, sampling)
        request = msgspec.structs.replace(first, asset=edition.asset, keep=scratch.keep)
        tried += 1
        began = time.perf_counter()
        try:
            async with asyncio.timeout(timeout):
                reply = await model.ask(request)
        except (ModelFault, TimeoutError) as fault:
            failed = str(fault) or f"no reply within {timeout:g} s"
            break
        taken = time.perf_counter() - began
        calls.append(Call(bounds[case.id], reply.usage.prompt, reply.usage.completion, taken))
    return read(calls, failed, tried)
