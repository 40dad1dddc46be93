"""What a run may cost: money, tokens, calls, time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping

import msgspec

from trustgen.core import InputError, Model, Reply, Request, Usage, Wrapped
from trustgen.store import Spent

from .ask import Halted
from .usage import with_usage

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
    """US dollars per million tokens, in and out, and per picture made.

    `source` says where a price was read that the user did not give.
    """

    prompt: float
    completion: float
    source: str = ""
    image: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Price:
        """`IN/OUT`, for example `0.15/0.60`, or `IN/OUT/PICTURE`, as `0/0/0.04`."""
        try:
            prompt, completion, image = (float(part) for part in (text + "/0" * (text.count("/") == 1)).split("/"))
        except ValueError:
            raise InputError(
                f"price `{text}`: write IN/OUT in US dollars per million tokens, as 0.15/0.60, or IN/OUT/PICTURE"
            ) from None
        if not all(0 <= amount < float("inf") for amount in (prompt, completion, image)):
            raise InputError(f"price `{text}`: a price cannot be negative or infinite")
        return cls(prompt, completion, image=image)

    def of(self, spent: Spent) -> float:
        """Dollars."""
        tokens = (spent.prompt_tokens * self.prompt + spent.completion_tokens * self.completion) / 1e6
        return tokens + spent.images * self.image

    def __str__(self) -> str:
        where = f" ({self.source})" if self.source else ""
        images = f", {self.image:g} a picture" if self.image else ""
        return f"{self.prompt:g}/{self.completion:g} US dollars per million tokens in/out{images}{where}"


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
        calls, tokens = sum(s.calls for s in spent.values()), sum(s.tokens for s in spent.values())
        return self.late(started) or self.reached(calls, tokens, cost(spent, prices))

    def late(self, started: float) -> str:
        """That the time is up, in words; "" while it is not."""
        if self.seconds is not None and time.monotonic() - started >= self.seconds:
            return f"time budget of {self.seconds:g} s used"
        return ""

    def reached(self, calls: float, tokens: float, usd: float) -> str:
        """Which of the caps other than time is reached, in words; "" while none is."""
        if self.calls is not None and calls >= self.calls:
            return f"call budget of {self.calls:g} used"
        if self.tokens is not None and tokens >= self.tokens:
            return f"token budget of {self.tokens:g} used"
        if self.usd is not None and usd >= self.usd:
            return f"money budget of {self.usd:g} US dollars used"
        return ""

    @property
    def counts(self) -> bool:
        """Whether anything but time is capped."""
        return (self.usd, self.tokens, self.calls) != (None, None, None)

    def __str__(self) -> str:
        units = (("usd", self.usd), ("-tokens", self.tokens), ("-calls", self.calls), ("s", self.seconds))
        return ",".join(f"{value:g}{unit}" for unit, value in units if value is not None)


def cost(spent: Mapping[str, Spent], prices: Mapping[str, Price]) -> float:
    """Dollars over all models; a model without a price is free."""
    return sum(prices[model].of(s) for model, s in spent.items() if model in prices)


# ── a cap, kept call by call ────────────────────────────────────────────────────────────────────────────────────────


class Purse:
    """What a run has spent, counted as each call comes back, whoever asked: models under test and judges alike.

    The promise: a run never exceeds a cap by more than what is in flight when it is reached, which is the cases that
    have had a first call (each is played to its end) and the judgements being asked. Counting a case only once it was
    played and judged would break it: by then the places it left are taken again. `told` hears the reason once, in the
    thread in which the last call came back.
    """

    def __init__(self, budget: Budget, prices: Mapping[str, Price], told: Callable[[str], None]) -> None:
        self.reason = ""
        self._budget, self._prices, self._told = budget, prices, told
        self._calls, self._tokens, self._usd = 0, 0, 0.0
        self._lock = threading.Lock()

    def before(self, spent: Mapping[str, Spent]) -> None:
        """Count what earlier sessions of the run have spent."""
        for uri, past in spent.items():
            self._add(uri, past)

    def count(self, uri: str, usage: Usage) -> None:
        """Count one call that came back."""
        self._add(uri, Spent(1, usage.prompt, usage.completion, images=usage.images))

    def _add(self, uri: str, spent: Spent) -> None:
        with self._lock:
            self._calls += spent.calls
            self._tokens += spent.tokens
            self._usd += cost({uri: spent}, self._prices)
            first = not self.reason
            self.reason = self.reason or self._budget.reached(self._calls, self._tokens, self._usd)
        if first and self.reason:
            self._told(self.reason)


class Metered(Wrapped):
    """A model whose calls are counted into a purse as they come back; where the purse is used up, none is begun.

    A conversation that has begun is not broken off: its replies so far are paid for and worth nothing without the
    rest. A judge's has no such right (`begun` is false): its reply is judged anew when the run is resumed.
    """

    def __init__(self, model: Model, purse: Purse, *, begun: bool = True) -> None:
        super().__init__(model, model.uri)
        self._purse, self._begun = purse, begun

    async def ask(self, request: Request) -> Reply:
        """The model's own, counted; a call that fails is a call all the same, and tokens not reported are estimated."""
        if self._purse.reason and not (self._begun and any(turn.role == "assistant" for turn in request.turns)):
            raise Halted
        usage = Usage()
        try:
            reply = with_usage(await self.inner.ask(request), request)
            usage = reply.usage
            return reply
        finally:
            self._purse.count(self.uri, usage)
