"""Material that a model reads, in one of the places where it can stand in a conversation."""

from __future__ import annotations

from random import Random

from trustgen.core import Prompts, Text, Turn, assistant, system, user


def placed(place: str, prompts: Prompts, draw: Random, material: str, ask: str, desk: str = "") -> tuple[Turn, ...]:
    """The conversation that ends with `ask`; `desk`, where given, is what the system message says in any case.

        system     in the system message                              prompt `system`
        earlier    in a turn before, which the model noted            prompts `earlier`, `noted`
        tool       in what a tool brought after the question          prompts `fetch`, `tool`
        …          beside the question, in any other way              prompt of that name, with a slot `ask` too

    Every one of these prompts but `noted` and `fetch` has a slot `material`.
    """
    before = (system(desk),) if desk else ()
    if place == "system":
        return system("\n\n".join(filter(None, (desk, prompts.system(draw, material=material))))), user(ask)
    if place == "earlier":
        note = user(prompts.earlier(draw, material=material))
        return *before, note, assistant(prompts.noted(draw)), user(ask)
    if place == "tool":
        found = Turn("tool", (Text(prompts.tool(draw, material=material)),))
        return *before, user(ask), assistant(prompts.fetch(draw)), found
    return *before, user(prompts[place](draw, ask=ask, material=material))


__all__ = ["placed"]
