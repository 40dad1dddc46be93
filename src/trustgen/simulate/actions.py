"""What an agent can do. An action is data: it is checked against the world before anything happens."""

from __future__ import annotations

import msgspec


class Say(msgspec.Struct, frozen=True, tag="say", tag_field="do"):
    """Say something to one person, or to "all"."""

    to: str
    text: str


class Tell(msgspec.Struct, frozen=True, tag="tell", tag_field="do"):
    """Pass on a piece of news, by its name, to one person."""

    to: str
    news: str


class Give(msgspec.Struct, frozen=True, tag="give", tag_field="do"):
    """Hand over things."""

    to: str
    item: str
    count: int


class Claim(msgspec.Struct, frozen=True, tag="claim", tag_field="do"):
    """State one's answer to the question under discussion, before all."""

    answer: str


class Wait(msgspec.Struct, frozen=True, tag="wait", tag_field="do"):
    """Do nothing this time."""


Action = Say | Tell | Give | Claim | Wait
