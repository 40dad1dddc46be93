"""What models cost: told by the user, free because they run here, or looked up in a dated table of list prices.

A table ages. So a price that comes from one carries where it was read and when it was believed, in words, and whoever
uses it says so. A hosted model that nobody knows the price of has none: it is never taken for free.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from trustgen.core import InputError, plain, underlying

from .budget import Price

FREE = Price(0.0, 0.0, "runs on this machine")
_HERE = re.compile(r"smollm2|glassllm|tiny-t2i(\?.*)?|tiny-vlm|(organism|hf|diffusers|inspect/(hf|mockllm))/.*")
"""Models in this process, which nobody bills by the token. A server on this machine is none: it may be a gateway."""
_DATED = re.compile(r"[-@](\d{8}|\d{6}|\d{4}-\d\d-\d\d|\d{4}|\d{3}|latest)$")
MEND = "write --price IN/OUT in US dollars per million tokens, as 0.15/0.60"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a table: `model` is a pattern for VENDOR/NAME or for a whole URI, `as_of` a year, month or day."""

    model: str
    prompt: float
    completion: float
    as_of: str
    source: str
    image: float = 0.0  # US dollars a picture made

    @property
    def price(self) -> Price:
        """The price, with its provenance."""
        return Price(self.prompt, self.completion, f"{self.source}, as of {self.as_of}", self.image)


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows, the first that fits first, and the vendors behind hosts."""

    price: tuple[Row, ...] = ()
    hosts: dict[str, str] = {}

    @classmethod
    def read(cls, path: Path) -> Table:
        """A user's file. Raises `InputError` where it cannot be read, or a row is no price."""
        try:
            text = plain.read_text(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"--prices {path}: cannot be read ({reason}): name a TOML file with [[price]]") from None
        return cls.of(text, f"--prices {path}")

    @classmethod
    def of(cls, text: str, name: str) -> Table:
        """The table in a TOML text."""
        mend = "each [[price]] needs model, prompt, completion (US dollars per million tokens), as_of and source"
        try:
            found = msgspec.convert(plain.toml(text), cls)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise InputError(f"{name}: {error}: {mend}") from None
        for row in found.price:
            if not all(0 <= amount < float("inf") for amount in (row.prompt, row.completion, row.image)):
                raise InputError(f"{name}: the price of `{row.model}` cannot be negative or infinite")
            if not (re.fullmatch(r"\d{4}(-\d\d){0,2}", row.as_of) and row.source and row.model):
                raise InputError(f"{name}: the row of `{row.model}` needs a source and a date such as 2026-01: {mend}")
        return found

    def of_model(self, uri: str, hosts: Mapping[str, str] | None = None) -> Price | None:
        """The price of the first row that fits the URI, its VENDOR/NAME, or that name without its date."""
        name = vendor_name(uri, self.hosts | dict(hosts or {}))
        for sought in dict.fromkeys((uri, name, _DATED.sub("", name))):
            for row in self.price:
                if sought and fnmatchcase(sought, row.model):
                    return row.price
        return None


@cache
def listed() -> Table:
    """The table that ships with TrustGen."""
    return Table.of((files(__package__ or "") / "prices.toml").read_text("utf-8"), "prices.toml")


def vendor_name(uri: str, hosts: Mapping[str, str]) -> str:
    """`openai/gpt-4o` for `inspect/openai/gpt-4o` and `openai-api:gpt-4o@https://api.openai.com/v1`.

    The host (with its port) stands for a vendor that is not known, since the same weights cost differently elsewhere.
    """
    if uri.startswith("inspect/"):
        return uri.removeprefix("inspect/")
    name, _, base = uri.removeprefix("openai-api:").rpartition("@")
    if not uri.startswith("openai-api:") or not name:
        return uri
    try:
        place = urlsplit(base)
    except ValueError:
        return uri
    return f"{hosts.get(place.hostname or '', place.netloc)}/{name}"


def price_of(uri: str, own: Table | None = None) -> Price | None:
    """What a model costs: the user's table, else nothing where it runs here, else the list price; None if unknown.

    A wrapped model costs what the model inside costs, unless the user's table names it as a whole.
    """
    inner = underlying(uri)
    found = (own.of_model(uri, listed().hosts) or own.of_model(inner, listed().hosts)) if own else None
    return found or (FREE if _HERE.fullmatch(inner) else listed().of_model(inner))


def prices(uris: Iterable[str], told: Iterable[str] = (), own: Path | None = None) -> dict[str, Price]:
    """The known prices of some models. `told` are texts `[MODEL=]IN/OUT`, which win over the file `own`.

    A text without a model is the price of all of them.
    """
    uris = list(dict.fromkeys(uris))
    table = Table.read(own) if own else None
    found = {uri: price for uri in uris if (price := price_of(uri, table))}
    for text in told:
        model, _, amount = text.rpartition("=")
        found |= dict.fromkeys([model] if model else uris, Price.parse(amount))
    return found


def money_needs(uris: Iterable[str], known: Mapping[str, Price]) -> None:
    """Raise `InputError` where a cap in money could not be kept: a price is unknown, or nothing costs anything."""
    uris = list(dict.fromkeys(uris))
    if unknown := [uri for uri in uris if uri not in known]:
        raise InputError(f"a budget in usd needs to know the price of `{unknown[0]}`: {MEND}")
    if uris and all(known[uri] is FREE for uri in uris):
        raise InputError(
            f"a budget in usd never ends a run of models that cost nothing (`{uris[0]}` {FREE.source}): cap calls, "
            "tokens or time, or say what they cost with --price IN/OUT"
        )
    if not known:
        raise InputError(f"a budget in usd needs to know the price: {MEND}")
