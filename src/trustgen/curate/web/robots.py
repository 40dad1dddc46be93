"""What a host's `robots.txt` says (RFC 9309)."""

from __future__ import annotations

from typing import Any, NamedTuple

from trustgen.core import MissingExtra

TOKEN = "trustgen"
"""The name under which a `robots.txt` may speak to us."""


class Rules(NamedTuple):
    """The rules of one host. `refusal` is why nothing may be read, "" where `parsed` decides."""

    refusal: str
    parsed: Any = None

    def allows(self, url: str) -> bool:
        """Whether a page may be read."""
        return not self.refusal and (self.parsed is None or bool(self.parsed.can_fetch(url, TOKEN)))

    @property
    def delay(self) -> float:
        """Seconds that the host asks to have between two requests; 0 where it asks for none."""
        return float(self.parsed.crawl_delay(TOKEN) or 0.0) if self.parsed is not None else 0.0


def rules_of(status: int, body: bytes) -> Rules:
    """The rules that an answer to `/robots.txt` states.

    None where there is no such file (a status of 4xx; 429 is none of them: it says "not now"), and everything is
    refused where the host cannot say (5xx, and all other trouble: see `Rules`).
    """
    if 200 <= status < 300:
        return Rules("", _protego().parse(body.decode("utf-8", "replace").lstrip("\ufeff")))
    if 400 <= status < 500 and status != 429:
        return Rules("")
    return Rules(f"its robots.txt answered {status}")


def _protego() -> Any:
    try:
        from protego import Protego
    except ImportError as error:
        raise MissingExtra("reading web pages", "protego", 'pip install "trustgen[web]"') from error
    return Protego


__all__ = ["TOKEN", "Rules", "rules_of"]
