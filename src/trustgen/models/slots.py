"""What of a conversation an application is handed, by name: the slots of a template, the parameters of a function."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from trustgen.core import TALK, InputError, Level, Permanent, Request, talk_of

TEXTS = ("prompt", "system")
"""Slots that hold a text, and so may stand within a longer one."""
CONVERSATION = (*TEXTS, "messages")
SAMPLING = ("max_tokens", "temperature", "top_p", "seed")


def without(taken: Collection[str], where: str) -> frozenset[Level]:
    """What of a conversation finds no place where only these slots are taken. Raises `InputError` without a prompt."""
    if "messages" in taken:
        return frozenset()
    if "prompt" not in taken:
        raise InputError(f"{where} takes no `prompt` and no `messages`: nothing would be asked")
    return TALK - ({Level.SYSTEM} if "system" in taken else set())


def handed(request: Request, taken: Collection[str], where: str) -> dict[str, Any]:
    """The values of the slots for one request. Raises `Permanent` where the conversation would lose a part."""
    turns, sampling = request.turns, request.sampling
    if lost := talk_of(turns) & without(taken, where):
        what = "earlier messages: take `messages`" if Level.TURNS in lost else "a system message: take `system`"
        raise Permanent(f"{where} has no place for {what}")
    told = bool(turns) and turns[0].role == "system"
    apart = turns[1:] if told and "system" in taken else turns
    return {
        "prompt": turns[-1].text,
        "system": turns[0].text if told else "",
        # What a tool gave back is a user's message: a tool's is taken only after a call.
        "messages": [{"role": "user" if t.role == "tool" else t.role, "content": t.text} for t in apart],
        "max_tokens": sampling.max_tokens + sampling.thinking,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
    }


__all__ = ["CONVERSATION", "SAMPLING", "TEXTS", "handed", "without"]
