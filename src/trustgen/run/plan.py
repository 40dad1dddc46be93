"""What a run would cost: counted where it can be, bounded where it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from trustgen.core import Text
from trustgen.stats import wilson
from trustgen.store import Edition, Spent

from .budget import Price

CHARACTERS_A_TOKEN = (2.5, 5.0)
"""English prose takes 4 to 5 characters a token in current tokenisers, names and other scripts fewer."""
IMAGE_TOKENS = (85, 1_600)
"""Providers count an image as anything between these, by size and detail."""
TURN_TOKENS = (3, 40)
"""What a chat template adds to a message."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One model's share. Token and money pairs are (least, most); `half_widths` is of a rate at 0.5, by task."""

    model: str
    cases: int
    calls: int
    prompt_tokens: tuple[int, int]
    completion_tokens: int
    usd: tuple[float, float] | None
    half_widths: dict[str, float]


def plan(edition: Edition, models: Sequence[str], prices: Mapping[str, Price]) -> list[Plan]:
    """Cost every model on an edition; nothing is asked."""
    most_reply = {e.id: e.sampling.max_tokens for e in edition.manifest.tasks}
    least, most, completion, calls = 0.0, 0.0, 0, 0
    records: dict[str, set[str]] = {e.id: set() for e in edition.manifest.tasks}
    for case in edition.cases():
        records[case.task].add(case.cluster)
        history_least, history_most = 0.0, 0.0
        for turn, due in case.script():
            text = sum(len(p.text) for p in turn.parts if isinstance(p, Text))
            images = sum(not isinstance(p, Text) for p in turn.parts)
            history_least += text / CHARACTERS_A_TOKEN[1] + images * IMAGE_TOKENS[0] + TURN_TOKENS[0]
            history_most += text / CHARACTERS_A_TOKEN[0] + images * IMAGE_TOKENS[1] + TURN_TOKENS[1]
            if due:  # every call sends the conversation so far again, replies included
                calls += 1
                least, most = least + history_least, most + history_most
                completion += most_reply[case.task]
                history_least, history_most = history_least + 1, history_most + most_reply[case.task]
    halves = {}
    for task, seen in records.items():
        low, high = wilson(len(seen) / 2, len(seen))
        halves[task] = (high - low) / 2
    found = []
    for model in models:
        price = prices.get(model)
        low_high = (Spent(0, int(least), calls), Spent(0, int(most), completion))
        found.append(
            Plan(
                model=model,
                cases=edition.planned,
                calls=calls,
                prompt_tokens=(int(least), int(most)),
                completion_tokens=completion,
                usd=(price.of(low_high[0]), price.of(low_high[1])) if price else None,
                half_widths=halves,
            )
        )
    return found
