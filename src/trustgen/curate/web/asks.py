"""What the file of a web pool asks for that only the user can allow: a secret, the own network, wider limits.

A file from others names neither an environment variable (its value would go to a host of their choice), nor a private
network, nor its own bounds, unless the command line says so.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from trustgen.core import Granted, InputError

from .addresses import leads_inside
from .limits import LIMITS, Limits
from .search import ENGINES

OWN_KEYS = {("brave", "BRAVE_API_KEY"), ("tavily", "TAVILY_API_KEY")}
"""The variable that an engine's key usually stands in: no other's secret, so its own engine may have it."""

_LOWER_IS_WIDER = ("pause",)


class Asks(NamedTuple):
    """What a file says of its engine, its network and its limits."""

    engine: str
    base: str = ""
    key_env: str = ""
    private: bool = False
    limits: Limits = LIMITS

    @property
    def own(self) -> bool:
        """Whether the engine is at its usual place."""
        return not self.base or self.base.rstrip("/") == ENGINES[self.engine]().base

    def check(self, pool: str, granted: Granted) -> None:
        """Raise `InputError`, naming the option, for what was asked and not granted."""
        own = self.own
        origin = "" if own else _origin(self.base)
        if self.key_env and not (own and (self.engine, self.key_env) in OWN_KEYS):
            word = f"{self.key_env}@{origin}" if origin else self.key_env
            if (self.key_env, origin) not in granted.keys:
                where = origin or f"search engine `{self.engine}`"
                raise InputError(f"pool `{pool}` wants to send ${self.key_env} to {where}: allow it: --pool-key {word}")
        if not granted.private and (self.private or (not own and leads_inside(self.base))):
            raise InputError(f"pool `{pool}` wants to reach into your own network: allow it: --allow-private")
        if not granted.limits and (wider := _wider(self.limits)):
            name, asked, ours = wider
            raise InputError(
                f"pool `{pool}` sets limits.{name} to {asked:g}, ours is {ours:g}: allow it: --raise-limits"
            )


def _origin(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _wider(limits: Limits) -> tuple[str, float, float] | None:
    for name, asked in msgspec.structs.asdict(limits).items():
        ours = getattr(LIMITS, name)
        if asked < ours if name in _LOWER_IS_WIDER else asked > ours:
            return name, asked, ours
    return None


__all__ = ["OWN_KEYS", "Asks"]
