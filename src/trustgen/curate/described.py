"""What the file of a pool says: where its rows come from, which become records, and with which fields."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from .origins import Origin
from .triples import Relation


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a field's value comes from: a `column` (dotted into nested values) or a `constant`.

    `default` stands in for what is missing or empty, or is not among `values` (what the row says = what the record
    says). `split` makes a list of a text. `type` is `text`, `integer`, `number`, `boolean` or `list`.
    """

    column: str = ""
    constant: Any = UNSET
    default: Any = UNSET
    split: str = ""
    values: dict[str, Any] = {}
    type: str = ""


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which values of a column to keep: one `in` a list, or a length (characters, items) from `min` to `max`."""

    among: tuple[str | int | float | bool, ...] | UnsetType = msgspec.field(name="in", default=UNSET)
    min: int = 0
    max: int = 1 << 62


Asked = str | int | float | bool | Filter


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a manifest file says."""

    name: str
    about: str
    licence: str
    origin: Origin
    revision: str = ""
    sha256: str = ""
    canary: str = ""
    fields: dict[str, str | Field] = {}
    where: dict[str, Asked] = {}
    prefixes: dict[str, str] = {}
    relation: tuple[Relation, ...] = ()


__all__ = ["Asked", "Described", "Field", "Filter"]
