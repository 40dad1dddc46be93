"""What a served model says where a test wants decisions."""

from __future__ import annotations

from hashlib import blake2b


def yes_or_no(prompt: str) -> str:
    """A decision that depends on the prompt only."""
    return "Yes." if blake2b(prompt.encode(), digest_size=1).digest()[0] % 3 else "No."
