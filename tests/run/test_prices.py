"""What models cost: told, free, or looked up with a date; an unknown price is never taken for nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trustgen.cli.options import asked_of
from trustgen.core import InputError
from trustgen.run import Price
from trustgen.run.prices import FREE, Table, listed, money_needs, price_of, prices

GPT = "inspect/openai/gpt-4o-mini"
MINE = """
[[price]]
model = "inspect/openai/*"
prompt = 1
completion = 2.5
as_of = "2026-10"
source = "our contract"
"""


def test_the_table_is_dated_sourced_and_sane() -> None:
    rows = listed().price
    assert len(rows) >= 25
    assert len({row.model for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"20\d\d-\d\d", row.as_of)
        assert row.source
        assert re.fullmatch(r"[a-z]+/[\w.-]+", row.model), "exact names: a wildcard would price models nobody looked up"
        assert 0 < row.prompt < row.completion < 100, "a reply token costs more than one sent"


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        (GPT, (0.15, 0.6)),
        ("inspect/openai/gpt-4o", (2.5, 10)),
        ("inspect/openai/gpt-4o-2024-08-06", (2.5, 10)),
        ("inspect/openai/gpt-4o-2024-05-13", (5, 15)),
        ("openai-api:gpt-4o-mini@https://api.openai.com/v1", (0.15, 0.6)),
        ("openai-api:mistral-small-latest@https://api.mistral.ai/v1", (0.1, 0.3)),
        ("inspect/anthropic/claude-sonnet-4-20250514", (3, 15)),
        ("smollm2", (0, 0)),
        ("tiny-t2i?steps=5", (0, 0)),
        ("tiny-vlm", (0, 0)),
        ("organism/able?rate=0.3", (0, 0)),
        ("hf/some/model", (0, 0)),
        ("inspect/hf/some/model", (0, 0)),
        # The same name elsewhere, another name, a newer one: unknown, not nearly known.
        ("openai-api:gpt-4o-mini@http://127.0.0.1:8000/v1", None),
        ("inspect/openrouter/openai/gpt-4o", None),
        ("inspect/openai/gpt-4o-audio", None),
        ("inspect/openai/gpt-4", None),
        ("inspect/ollama/llama3", None),
        ("scripted/model", None),
    ],
)
def test_whose_price_is_known(uri: str, found: tuple[float, float] | None) -> None:
    price = price_of(uri)
    assert (price and (price.prompt, price.completion)) == found


def test_a_listed_price_says_where_it_is_from() -> None:
    assert str(price_of(GPT)) == (
        "0.15/0.6 US dollars per million tokens in/out (OpenAI, API pricing page, as of 2025-06)"
    )
    assert str(Price(1, 2)) == "1/2 US dollars per million tokens in/out"


def test_a_users_file_goes_before_the_table_and_an_option_before_both(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(MINE)
    assert prices([GPT], own=file)[GPT] == Price(1, 2.5, "our contract, as of 2026-10")
    assert prices([GPT, "smollm2"], ["3/4"], file) == {GPT: Price(3, 4), "smollm2": Price(3, 4)}
    found = prices([GPT, "inspect/openai/gpt-4o"], [f"{GPT}=3/4"], file)
    assert found == {GPT: Price(3, 4), "inspect/openai/gpt-4o": Price(1, 2.5, "our contract, as of 2026-10")}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[price]", "prices.toml: "),
        ("[[price]]\nmodel = 'x'", "missing required field"),
        (MINE.replace("2.5", "-2"), "cannot be negative"),
        (MINE.replace("2.5", "inf"), "cannot be negative or infinite"),
        (MINE.replace("2026-10", "last week"), "a date such as 2026-01"),
        (MINE + "currency = 'EUR'\n", "unknown field"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=fault):
        Table.read(file)
    with pytest.raises(InputError, match="cannot be read"):
        Table.read(tmp_path / "none.toml")


def settled(*models: str, **changes: object):
    """The settings of a command line."""
    given = {"concurrency": "auto", "budget": (), "price": (), "timeout": 9.0, "until_width": None, "role": ()}
    return asked_of(models, **(given | {"drop_corrupt": False} | changes)).settings  # type: ignore[arg-type]


def test_a_budget_in_money_needs_every_price() -> None:
    unknown = "openai-api:m@http://127.0.0.1:9/v1"
    money = {"budget": ("5usd",)}
    assert settled(GPT, **money).prices[GPT].prompt == 0.15
    with pytest.raises(InputError, match=r"price of `openai-api:m@.*--price IN/OUT"):
        settled(GPT, unknown, **money)
    with pytest.raises(InputError, match=r"price of `openai-api:m@.*--price IN/OUT"):
        settled(GPT, role=(f"judge={unknown}",), **money)
    assert settled(GPT, unknown, price=(f"{unknown}=1/2",), **money).prices[unknown] == Price(1, 2)
    with pytest.raises(InputError, match=r"cost nothing.*--price IN/OUT"):
        settled("smollm2", **money)
    assert settled("smollm2", GPT, **money).budget.usd == 5
    with pytest.raises(InputError, match="--price IN/OUT"):
        money_needs((), {})


def test_a_model_is_charged_under_the_name_that_a_run_gives_it() -> None:
    """A run counts `organism/able?by=case&rate=0.8&seed=0`, whatever was typed: else the cap would never be reached."""
    typed = "organism/able?rate=0.80"
    found = settled(typed, budget=("5usd",), price=("1/2",)).prices
    assert found == {typed: Price(1, 2), "organism/able?by=case&rate=0.8&seed=0": Price(1, 2)}
    assert not settled("organism/able?rate=0.8").prices, "what is free shows no 0.00 in progress"
    assert FREE.source
