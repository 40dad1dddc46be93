"""Content ids: the name of a thing is the hash of what made it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="deterministic")


def digest(*parts: Any) -> str:
    """32 hex digits (128 bits, BLAKE2b) over the canonical JSON of `parts`."""
    return hashlib.blake2b(_encoder.encode(parts), digest_size=16).hexdigest()
