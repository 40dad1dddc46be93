"""`retrieval/MODEL`: notes from the graph before the question, all else as the inner model has it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from trustgen.core import (
    Image,
    InputError,
    Level,
    Model,
    ModelOptions,
    Reply,
    Request,
    Sampling,
    UnknownName,
    Wrapped,
    assistant,
    registry,
    system,
    underlying,
    user,
)
from trustgen.mitigate import retrieval
from trustgen.mitigate.retrieval import WithRetrieval, noted
from trustgen.models import open_model
from trustgen.run.judging import nobody_judges_itself
from trustgen.run.prices import FREE, Table, price_of


class Echo(Model):
    """A model that says what it was asked last, and keeps the request."""

    uri = "echo"
    levels = frozenset({Level.GENERATE, Level.HIDDEN})
    simulated = False
    slots = 3
    closed = checked = False

    async def check(self) -> None:
        self.checked = True

    async def ask(self, request: Request) -> Reply:
        self.asked = request
        return Reply(request.turns[-1].text)

    async def close(self) -> None:
        self.closed = True


def shown(*turns) -> tuple:
    """The conversation that the inner model gets."""
    return noted(Request(turns, Sampling())).turns


def test_what_a_question_names_is_looked_up() -> None:
    (turn,) = shown(user("What is the capital of France?"))
    assert turn.role == "user"
    assert "- France has the capital Paris.\n" in turn.text
    assert turn.text.endswith("\n\nWhat is the capital of France?")
    assert turn.text.count("\n- ") <= 5


def test_a_question_that_names_nothing_known_is_passed_on_as_it_is() -> None:
    request = Request((user("What is the capital of Blorvia?"),), Sampling())
    assert noted(request) is request


def test_only_the_last_turn_is_read_and_only_a_users() -> None:
    before = (system("You know Japan."), user("And France?"), assistant("Paris."))
    turns = shown(*before, user("Good. And Peru?"))
    assert turns[:3] == before
    assert "Lima" in turns[3].text
    assert "Tokyo" not in turns[3].text
    assert shown(system("You know Japan.")) == (system("You know Japan."),)


def test_pictures_stay() -> None:
    picture = Image("0" * 64, "image/png")
    (turn,) = shown(user("Is this France?", picture))
    assert picture in turn.parts
    assert "Paris" in turn.text


def test_it_reads_the_question_and_never_the_case() -> None:
    """A note is retrieved for what is asked; an `expect` that says otherwise changes nothing."""
    inner = Echo()
    reply = asyncio.run(WithRetrieval(inner).ask(Request((user("Capital of Spain?"),), Sampling(max_tokens=7))))
    assert "Madrid" in reply.text
    assert inner.asked.sampling.max_tokens == 7
    assert inner.asked.case is None


def test_all_else_is_the_inner_models() -> None:
    inner = Echo()
    model = WithRetrieval(inner)
    assert (model.uri, model.slots, model.simulated) == ("retrieval/echo", 3, False)
    assert model.levels == {Level.GENERATE}, "hidden states of another prompt are not the model's"
    asyncio.run(model.check())
    asyncio.run(model.close())
    assert inner.checked
    assert inner.closed


@pytest.mark.parametrize("uri", ["retrieval", "retrieval/", "retrieval?k=2", "retrieval/retrieval"])
def test_a_wrapper_needs_a_model_inside(uri: str) -> None:
    with pytest.raises(InputError, match="write for example retrieval/smollm2"):
        open_model(uri, ModelOptions())


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("retrieval/retrieval/smollm2", "`retrieval` stands around itself: name it once, as retrieval/smollm2"),
        ("retrieval?k=2/retrieval?k=3/smollm2", "stands around itself"),
        ("retrieval?k/smollm2", "write retrieval?NAME=VALUE&…/MODEL"),
        ("retrieval?k=1&k=2/smollm2", "each name once"),
        ("retrieval?k=0/smollm2", "it takes k=1 to k=50"),
        ("retrieval?k=two/smollm2", "it takes k=1 to k=50"),
        ("retrieval?n=2/smollm2", "retrieval?n=2: it takes k=1"),
    ],
)
def test_settings_and_layers_that_make_no_sense_are_refused(uri: str, why: str) -> None:
    with pytest.raises(InputError, match=re.escape(why)):
        open_model(uri, ModelOptions())


def test_settings_are_in_the_uri_and_say_how_many_facts_there_are() -> None:
    inner = Echo()
    for k in (1, 3):
        model = WithRetrieval(inner, {"k": str(k)})
        assert model.uri == f"retrieval?k={k}/echo"
        asyncio.run(model.ask(Request((user("What is the capital of France, and its currency?"),), Sampling())))
        assert inner.asked.turns[-1].text.count("\n- ") == k
    assert WithRetrieval(inner, {"k": "5"}).uri == "retrieval/echo", "what is the default is not said"
    assert underlying("retrieval?k=3/openai-api:m@http://h/v1") == "openai-api:m@http://h/v1"


def test_mitigations_nest_and_nobody_judges_itself_through_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one, registered as plug-ins are: `guard?level=2/retrieval/MODEL`."""

    class Guard(Wrapped):
        def __init__(self, inner: Model, settings: Mapping[str, str]) -> None:
            super().__init__(inner, f"guard?level={settings['level']}/{inner.uri}")

        async def ask(self, request: Request) -> Reply:
            reply = await super().ask(request)
            return Reply(f"{reply.text} (guarded)")

    points = registry._points
    more = {"mitigation": {"guard": SimpleNamespace(load=lambda: Guard)}}
    monkeypatch.setattr(registry, "_points", lambda kind: points(kind) | more.get(kind, {}))
    model = open_model("guard?level=2/retrieval/organism/perfect", ModelOptions())
    assert model.uri == "guard?level=2/retrieval/organism/perfect"
    assert model.simulated
    assert underlying(model.uri) == "organism/perfect"
    for judge in ("guard?level=1/smollm2", "retrieval/guard?level=1/smollm2"):
        with pytest.raises(InputError, match="cannot judge its own answers"):
            nobody_judges_itself({"judge": judge}, ["smollm2"])
    assert price_of("guard?level=1/smollm2") is FREE


def test_uris_nest_and_are_canonical() -> None:
    model = open_model("retrieval/openai-api:m@HTTP://h:80/v1", ModelOptions())
    assert model.uri == "retrieval/openai-api:m@http://h/v1"
    assert underlying(model.uri) == "openai-api:m@http://h/v1"
    assert underlying("smollm2") == "smollm2"
    with pytest.raises(UnknownName):
        open_model("retrieval/smolm2", ModelOptions())


def test_organisms_stay_simulated_and_get_their_case() -> None:
    model = open_model("retrieval/organism/perfect", ModelOptions())
    assert model.simulated
    assert underlying(model.uri) == "organism/perfect"


def test_the_graph_is_the_packaged_pool() -> None:
    assert len(retrieval.graph().triples) > 250


@pytest.mark.parametrize(
    ("judge", "tested"),
    [("smollm2", "retrieval/smollm2"), ("retrieval/smollm2", "smollm2"), ("retrieval/smollm2", "retrieval/smollm2")],
)
def test_a_model_does_not_judge_itself_through_a_wrapper(judge: str, tested: str) -> None:
    with pytest.raises(InputError, match="cannot judge its own answers"):
        nobody_judges_itself({"judge": judge}, [tested])
    nobody_judges_itself({"judge": "glassllm"}, [tested])


def test_it_costs_what_the_model_inside_costs_unless_the_users_table_says_otherwise() -> None:
    inner = "openai-api:gpt-4o-mini@https://api.openai.com/v1"
    assert price_of("retrieval/smollm2") is FREE
    assert price_of(inner) is not None
    assert price_of(f"retrieval/{inner}") == price_of(inner)
    row = '[[price]]\nmodel = "{}"\nprompt = {}\ncompletion = 1.0\nas_of = "2026"\nsource = "own"\n'
    own = Table.of(row.format("retrieval/*", 9.0) + row.format("openai/gpt-4o-mini", 5.0), "own")
    whole, inside = price_of(f"retrieval/{inner}", own), price_of(inner, own)
    assert whole is not None
    assert inside is not None
    assert (whole.prompt, inside.prompt) == (9.0, 5.0)
    assert price_of(f"retrieval/{inner}", Table.of(row.format("openai/gpt-4o-mini", 5.0), "own")) == inside
