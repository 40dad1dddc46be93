"""Tokens where an endpoint reports none: taken from lengths, and marked as estimated.

A cap in tokens or money would else never be reached. The rule is a fourth of the UTF-8 bytes, rounded up, for each
text: about what current tokenisers come to in English prose, and half to twice what they come to in other scripts.
"""

from __future__ import annotations

import msgspec

from trustgen.core import Reply, Request, Text, Usage
from trustgen.core.replies import MOST_TOKENS

BYTES_A_TOKEN = 4
LEAST_SHARE = 8
"""A report of less than this part of the estimate, 32 bytes a token, is not believed."""
IMAGE_TOKENS = 1_000
"""Providers count an image as 85 to 1,600 tokens, by size and detail."""


def with_usage(reply: Reply, request: Request) -> Reply:
    """The reply itself where the tokens reported can be, else one with tokens estimated from lengths; pictures counted.

    A count below 0, above `MOST_TOKENS` or far below what the texts come to is none: it would talk a cap down, or break
    the sums. Each way is looked at by itself.
    """
    told = reply.usage
    if told.images != len(reply.images):
        told = msgspec.structs.replace(told, images=len(reply.images))
        reply = _counted(reply, told)
    if told.estimated:
        return reply
    parts = [part for turn in request.turns for part in turn.parts]
    asked = sum(_tokens(part.text) for part in parts if isinstance(part, Text))
    said = _tokens(reply.text + reply.thoughts)
    images = sum(IMAGE_TOKENS for part in parts if not isinstance(part, Text))
    prompt, completion = _believed(told.prompt, asked), _believed(told.completion, said)
    if prompt and completion:
        return (
            reply
            if 0 <= told.thinking <= MOST_TOKENS
            else _counted(reply, Usage(told.prompt, told.completion, images=told.images))
        )
    thinking = told.thinking if completion and 0 <= told.thinking <= MOST_TOKENS else 0
    return _counted(
        reply,
        Usage(
            told.prompt if prompt else asked + images,
            told.completion if completion else said,
            thinking,
            estimated=True,
            images=told.images,
        ),
    )


def _believed(told: int, estimate: int) -> bool:
    return estimate // LEAST_SHARE <= told <= MOST_TOKENS and (told > 0 or not estimate)


def _counted(reply: Reply, usage: Usage) -> Reply:
    return msgspec.structs.replace(reply, usage=usage)


def _tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)
