"""Tokens where an endpoint reports none: taken from lengths, and marked as estimated.

A cap in tokens or money would else never be reached. The rule is a fourth of the UTF-8 bytes, rounded up, for each
text: about what current tokenisers come to in English prose, and half to twice what they come to in other scripts.
"""

from __future__ import annotations

import msgspec

from trustgen.core import Reply, Request, Text, Usage

BYTES_A_TOKEN = 4
IMAGE_TOKENS = 1_000
"""Providers count an image as 85 to 1,600 tokens, by size and detail."""


def with_usage(reply: Reply, request: Request) -> Reply:
    """The reply itself where its tokens were reported, else one with tokens estimated from lengths."""
    if reply.usage.prompt or reply.usage.completion:
        return reply
    asked = sum(
        _tokens(part.text) if isinstance(part, Text) else IMAGE_TOKENS for t in request.turns for part in t.parts
    )
    return msgspec.structs.replace(reply, usage=Usage(asked, _tokens(reply.text + reply.thoughts), estimated=True))


def _tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)
