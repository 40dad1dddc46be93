"""Content ids: the name of a thing is the hash of what made it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="deterministic")


def canonical(value: Any) -> bytes:
    """JSON bytes with sorted keys: equal values give equal bytes on every machine and run."""
    return _encoder.encode(value)


def digest(*parts: Any) -> str:
    """32 hex digits (128 bits, BLAKE2b) over the canonical JSON of `parts`."""
    return hashlib.blake2b(_encoder.encode(parts), digest_size=16).hexdigest()
