"""What a run may cost: money, tokens, calls, time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping

import msgspec

from trustgen.core import InputError
from trustgen.store import Spent

_UNITS = {
    "usd": ("usd", 1.0),
    "tokens": ("tokens", 1.0),
    "k-tokens": ("tokens", 1e3),
    "m-tokens": ("tokens", 1e6),
    "calls": ("calls", 1.0),
    "s": ("seconds", 1.0),
    "m": ("seconds", 60.0),
    "h": ("seconds", 3600.0),
}
_AMOUNT = re.compile(r"(?P<sign>-?)(?P<number>\d+(?:\.\d+)?)-?(?P<unit>[a-z-]+)")


class Price(msgspec.Struct, frozen=True):
    """US dollars per million tokens, in and out."""

    prompt: float
    completion: float

    @classmethod
    def parse(cls, text: str) -> Price:
        """`IN/OUT`, for example `0.15/0.60`."""
        try:
            prompt, completion = (float(part) for part in text.split("/"))
        except ValueError:
            raise InputError(f"price `{text}`: write IN/OUT in US dollars per million tokens, as 0.15/0.60") from None
        if not (0 <= prompt < float("inf") and 0 <= completion < float("inf")):
            raise InputError(f"price `{text}`: a price cannot be negative or infinite")
        return cls(prompt, completion)

    def of(self, spent: Spent) -> float:
        """Dollars."""
        return (spent.prompt_tokens * self.prompt + spent.completion_tokens * self.completion) / 1e6


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Caps; `None` is no cap. Money, tokens and calls count over all sessions of a run, seconds over this one."""

    usd: float | None = None
    tokens: float | None = None
    calls: float | None = None
    seconds: float | None = None

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Budget:
        """`5usd`, `200k-tokens`, `500-calls`, `10m`; several caps may stand together, joined by commas."""
        caps: dict[str, float] = {}
        for text in (part.strip() for whole in texts for part in whole.split(",")):
            found = _AMOUNT.fullmatch(text.lower())
            if found is None or found["unit"] not in _UNITS:
                raise InputError(f"budget `{text}`: write 5usd, 200k-tokens, 500-calls, 90s, 10m or 2h")
            unit, factor = _UNITS[found["unit"]]
            amount = float(found["number"]) * factor
            if found["sign"] or amount == 0:
                raise InputError(f"budget `{text}`: a budget must be more than 0")
            caps[unit] = amount
        return cls(**caps)

    def exceeded(self, spent: Mapping[str, Spent], prices: Mapping[str, Price], started: float) -> str:
        """Which cap is reached, in words; "" while none is."""
        if self.seconds is not None and time.monotonic() - started >= self.seconds:
            return f"time budget of {self.seconds:g} s used"
        if self.calls is not None and sum(s.calls for s in spent.values()) >= self.calls:
            return f"call budget of {self.calls:g} used"
        if self.tokens is not None and sum(s.tokens for s in spent.values()) >= self.tokens:
            return f"token budget of {self.tokens:g} used"
        if self.usd is not None and cost(spent, prices) >= self.usd:
            return f"money budget of {self.usd:g} US dollars used"
        return ""

    def __str__(self) -> str:
        units = (("usd", self.usd), ("-tokens", self.tokens), ("-calls", self.calls), ("s", self.seconds))
        return ",".join(f"{value:g}{unit}" for unit, value in units if value is not None)


def cost(spent: Mapping[str, Spent], prices: Mapping[str, Price]) -> float:
    """Dollars over all models; a model without a price is free."""
    return sum(prices[model].of(s) for model, s in spent.items() if model in prices)
