"""What is said: one reply, and the response of a model to a whole case. Nouns, as in `records`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from .ids import digest
from .records import Image
from .sampling import Sampling
from .thoughts import split
from .tools import Call

MOST_TOKENS = 10_000_000
"""Tokens of one call one way; what an endpoint reports beyond is no count."""


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens of one call, of which `thinking` were thought, and the `images` that it made.

    `estimated`: the endpoint reported none, or what cannot be; they are taken from lengths.
    """

    prompt: int = 0
    completion: int = 0
    thinking: int = 0
    estimated: bool = False
    images: int = 0


class TokenLogprob(msgspec.Struct, frozen=True):
    """One generated token, its natural-log probability, and the alternatives asked for."""

    token: str
    logprob: float
    top: dict[str, float] = {}


Finish = Literal["stop", "length", "filtered", "other"]


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing a model said. `seconds` is the latency of the call that succeeded.

    `text` is the answer, `thoughts` what was thought aloud on the way to it. Whoever makes a reply may hand over the
    raw text: thoughts marked in it are split off here (see `thoughts`), so that no judge, no later turn and no table
    ever takes a thought for an answer. Where `thoughts` are given, as by a server that parsed them, `text` stays.
    """

    text: str
    finish: Finish = "stop"
    usage: Usage = Usage()
    seconds: float = 0.0
    logprobs: tuple[TokenLogprob, ...] = ()
    thoughts: str = ""
    images: tuple[Image, ...] = ()  # pictures that it gave, kept by `Request.keep`
    calls: tuple[Call, ...] = ()  # functions that it called, where its endpoint has them

    def __post_init__(self) -> None:
        if not self.thoughts:
            answer, thoughts, _ = split(self.text)
            if not thoughts:
                return
            msgspec.structs.force_setattr(self, "text", answer)
            msgspec.structs.force_setattr(self, "thoughts", thoughts)
        if self.usage.completion and not self.usage.thinking:  # shared out by length
            share = len(self.thoughts) / (len(self.thoughts) + len(self.text))
            usage = msgspec.structs.replace(self.usage, thinking=round(self.usage.completion * share))
            msgspec.structs.force_setattr(self, "usage", usage)

    @property
    def silence(self) -> str:
        """Why a reply without a picture, call, letter or digit says nothing; "" for one that says something."""
        if self.images or self.calls or any(c.isalnum() for c in self.text):
            return ""
        if self.finish == "length":
            where = "in thought" if self.thoughts or self.usage.thinking else "before an answer"
            return f"cut after {self.usage.completion} tokens, {where}" if self.usage.completion else f"cut {where}"
        return "thought, and gave no answer" if self.thoughts else "empty reply"


Status = Literal["answered", "blocked", "error"]


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one model said to one case: a reply per question of the script and step of the play, or why there is none.

    `reason` is, for `blocked` and `error`, what the endpoint or transport said; of an answered case, why its
    conversation ended early ("" where it did not). `retried` counts the failed calls that were made again, by kind.
    """

    key: str
    case: str
    task: str
    model: str
    status: Status
    replies: tuple[Reply, ...] = ()
    reason: str = ""
    attempts: int = 1  # calls made, retries included
    retried: dict[str, int] = {}

    @property
    def text(self) -> str:
        """The last reply, the one that is judged; "" where there is none."""
        return self.replies[-1].text if self.replies else ""

    @property
    def pictures(self) -> tuple[Image, ...]:
        """The pictures of all replies, in their order."""
        return tuple(image for reply in self.replies for image in reply.images)

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures of the last reply, those that are judged."""
        return self.replies[-1].images if self.replies else ()

    @property
    def usage(self) -> Usage:
        """Tokens and pictures over all replies."""
        if len(self.replies) == 1:
            only = self.replies[0].usage
            return Usage(only.prompt, only.completion, only.thinking, images=only.images)
        used = [r.usage for r in self.replies]
        return Usage(
            sum(u.prompt for u in used),
            sum(u.completion for u in used),
            sum(u.thinking for u in used),
            images=sum(u.images for u in used),
        )

    @property
    def thoughts(self) -> str:
        """What was thought aloud before the last reply."""
        return self.replies[-1].thoughts if self.replies else ""


def response_key(
    case_id: str, model: str, sampling: Sampling, system: str = "", adapted: Mapping[str, str] | None = None
) -> str:
    """The name under which an answer is bought: once, for this case, model, sampling and system message.

    `adapted` are the parameters that the model's server would not have as `sampling` says them.
    """
    more = (system, dict(adapted or {})) if system or adapted else ()
    return digest(case_id, model, sampling, *more)
