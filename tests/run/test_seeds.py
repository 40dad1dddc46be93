"""Whether one seed gives one picture: what servers say of it, asked once, paid for as told, and kept with the run."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner
from toy import settings
from toy_pictures import Painter

from servers.app_server import Application
from trustgen.cli.app import app
from trustgen.core import Drawing, Manner, Named, Sampling
from trustgen.core.registry import load
from trustgen.models import open_model
from trustgen.run import Budget, Settings, build, evaluate, plan
from trustgen.run.settings import Result
from trustgen.store import Edition, Endpoint, RunFolder
from trustgen.testing.server import completion

PATH = "/v1/images/generations"
N = 3


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return build([load("task", "t2i.truthfulness.scene_graph")(N)], tmp_path_factory.mktemp("seeds") / "e", salt="s")


def noise(seed: int, note: str = "") -> bytes:
    """A picture drawn by chance; the note stands beside the pixels."""
    from io import BytesIO

    import numpy as np
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    info = PngInfo()
    info.add_text("note", note)
    Image.fromarray(pixels).save(file := BytesIO(), "png", pnginfo=info)
    return file.getvalue()


class Studio(Application):
    """A server of pictures that heeds its seed or not, and writes a note of its own into each."""

    def __init__(self, *, heeds: bool = True, gives: Any = None) -> None:
        super().__init__(self._drawn, PATH)
        self.heeds, self.gives = heeds, gives

    def _drawn(self, body: dict[str, Any]) -> Any:
        many = len(self.seen)
        if self.gives is not None:
            return self.gives(body, many)
        return given(noise(body["seed"] if self.heeds else many, f"number {many}"))

    @property
    def uri(self) -> str:
        return f"images:m@{self.url.removesuffix('/images/generations')}"

    @property
    def asked(self) -> int:
        """Calls that were no cases."""
        return len(self.seen) - N


def given(body: bytes) -> dict[str, Any]:
    return {"data": [{"b64_json": b64encode(body).decode()}]}


class Heard:
    """Progress of which the notes are kept."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def plan(self, model: str, cases: int, done: int) -> None:
        """Nothing."""

    def row(self, response: Any, verdict: Any) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        self.notes.append(text)


def run(edition: Edition, studio: Studio, out: Path, **more: Any) -> tuple[Result, Any, list[str]]:
    """A run, what it says of the server's seed, and its notes."""
    heard = Heard()
    result = evaluate(edition, [studio.uri], out, settings=settings(**more), progress=heard)
    told = RunFolder.open(out).manifest().endpoints.get(studio.uri)
    return result, told and told.deterministic, heard.notes


@pytest.mark.parametrize(("heeds", "words"), [(True, "one seed gives one picture"), (False, "another picture each")])
def test_a_server_says_whether_it_heeds_its_seed(edition: Edition, tmp_path: Path, heeds: bool, words: str) -> None:
    with Studio(heeds=heeds) as studio:
        result, found, notes = run(edition, studio, tmp_path / "run")
    assert found is heeds, "the pixels are compared: the files differ by their notes"
    assert studio.asked == 2
    assert studio.bodies[0] == studio.bodies[1]
    assert studio.bodies[0]["seed"] == 0
    assert result.manifest.status == "finished"
    (note,) = (note for note in notes if "seed" in note)
    assert words in note
    assert words in str(result.manifest.endpoints[studio.uri])
    assert f'"deterministic":{json.dumps(heeds)}' in (tmp_path / "run" / "run.json").read_text().replace(" ", "")
    assert len(list(RunFolder.open(tmp_path / "run").responses())) == N, "no case is made of it"
    spent = RunFolder.open(tmp_path / "run").manifest().spent[studio.uri]
    assert (spent.images, spent.calls) == (N + 2, N + 2), "the two are paid for like the others"


def blank(body: dict[str, Any], many: int) -> Any:
    from io import BytesIO

    from PIL import Image

    Image.new("RGB", (16, 16)).save(file := BytesIO(), "png")
    return given(file.getvalue() if many <= 2 else noise(many))


def broken(body: dict[str, Any], many: int) -> Any:
    return given(noise(many)[:60] if many <= 2 else noise(many))


def moderated(body: dict[str, Any], many: int) -> Any:
    error = {"error": {"message": "Not that.", "code": "moderation_blocked"}}
    return web.Response(status=400, text=json.dumps(error), content_type="application/json") if many <= 1 else given(
        noise(many)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gives", "why"), [(blank, "one colour over the whole frame"), (broken, "a broken PNG"), (moderated, "Not that.")]
)
def test_what_tells_nothing_is_unknown_and_says_why(edition: Edition, tmp_path: Path, gives: Any, why: str) -> None:
    with Studio(gives=gives) as studio:
        result, found, notes = run(edition, studio, tmp_path / "run")
    assert found == "unknown"
    (note,) = (note for note in notes if "seed" in note)
    assert "unknown whether one seed gives one picture" in note
    assert why in note
    assert result.manifest.status == "finished"


def test_it_is_asked_once_a_run_and_once_for_every_model(edition: Edition, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with Studio() as studio, Studio(heeds=False) as other:
        assert run(edition, studio, out)[1] is True
        assert run(edition, studio, out)[1] is True
        assert studio.asked == 2
        assert run(edition, other, out)[1] is False
        assert (studio.asked, other.asked) == (2, 2)
        endpoints = RunFolder.open(out).manifest().endpoints
    assert endpoints[studio.uri].deterministic is True, "another session leaves it as it is"


def test_what_is_known_of_a_model_by_a_name_stays_known(edition: Edition, tmp_path: Path) -> None:
    with Studio() as studio:
        for told in (None, True):  # the second session is told to ask, and knows already
            model = Named(open_model(studio.uri), "m", Manner(temperature=0.1))
            found = evaluate(edition, [model], tmp_path / "run", settings=settings(seed_probe=told))
            assert found.manifest.endpoints["m"].deterministic is True
            assert studio.asked == 2


def test_a_budget_is_for_cases_unless_somebody_says_so(edition: Edition, tmp_path: Path) -> None:
    with Studio() as studio:
        assert run(edition, studio, tmp_path / "capped", budget=Budget(calls=50))[1] is None
        assert studio.asked == 0
        assert run(edition, studio, tmp_path / "timed", budget=Budget(seconds=500))[1] is True
    with Studio() as studio:
        assert run(edition, studio, tmp_path / "no", seed_probe=False)[1] is None
        assert studio.asked == 0
    with Studio() as studio:
        result, found, _ = run(
            edition, studio, tmp_path / "yes", budget=Budget(calls=4), seed_probe=True, concurrency=1
        )
    assert found is True
    assert len(studio.seen) == 4, "its two calls are paid from the budget"
    assert result.manifest.status == "stopped"


def test_a_seed_that_is_not_sent_is_not_asked_about(edition: Edition, tmp_path: Path) -> None:
    def strict(body: dict[str, Any], many: int) -> Any:
        if "seed" in body:
            error = {"error": {"message": "Unknown parameter: 'seed'.", "param": "seed"}}
            return web.Response(status=400, text=json.dumps(error), content_type="application/json")
        return given(noise(many))

    with Studio(gives=strict) as studio:
        _, found, notes = run(edition, studio, tmp_path / "refused")
        assert (found, [note for note in notes if "one seed" in note]) == (None, [])
        assert len(studio.seen) == N + 2, "one call was refused, and the picture of the next is the last"
    with Studio(heeds=False) as studio:
        model = Named(open_model(studio.uri), "m", Manner(extra_body={"seed": None}))
        evaluate(edition, [model], tmp_path / "none", settings=settings())
        assert studio.asked == 0


def test_a_chat_is_asked_whether_it_makes_pictures_once_a_run(edition: Edition, tmp_path: Path) -> None:
    data_url = f"data:image/png;base64,{b64encode(noise(1)).decode()}"
    pictured = completion("", images=[{"type": "image_url", "image_url": {"url": data_url}}])
    for answer, first, level in ((pictured, 1 + 2 + N, ""), (completion("I only write."), 1, "image_out")):
        with Application(lambda _, answer=answer: answer, "/v1/chat/completions") as app:  # type: ignore[misc]
            uri = f"openai-api:m@{app.url.removesuffix('/chat/completions')}"
            models = [uri, "organism/perfect"]
            for _ in range(2):
                result = evaluate(edition, models, tmp_path / f"run{first}", settings=settings())
                assert len(app.seen) == first
                assert [n.level for n in result.manifest.not_applicable] == [level] * bool(level)
        if not level:
            assert result.manifest.endpoints[uri].deterministic is True
            assert {r.status for r in RunFolder.open(result.folder).responses()} == {"answered"}


def test_a_picture_without_what_a_server_refuses_is_another_picture() -> None:
    """What is refused of a drawing is part of the key of a picture, and of no key of words."""
    pictured, words, plain = Sampling(image=Drawing(steps=9)), Sampling(), Endpoint(uri="m")
    for name in ("modalities", "size", "n", "num_inference_steps", "guidance_scale", "negative_prompt"):
        without = Endpoint(uri="m", adapted={name: ""})
        assert plain.key("c", "m", pictured) != without.key("c", "m", pictured)
        assert plain.key("c", "m", words) == without.key("c", "m", words)
    told = Endpoint(uri="m", deterministic=True)
    assert plain.key("c", "m", pictured) == told.key("c", "m", pictured), "what is known of a seed changes no picture"


def test_what_answers_here_is_not_asked(edition: Edition, tmp_path: Path) -> None:
    result = evaluate(edition, ["organism/perfect", "renderer/scene"], tmp_path / "run", settings=settings())
    assert result.manifest.endpoints == {}


def test_a_plan_names_the_pictures_that_come_on_top(edition: Edition) -> None:
    with Studio() as studio:
        chat = studio.uri.replace("images:", "openai-api:")
        for told, many in ((None, (2, 3, 0)), (False, (0, 1, 0))):
            rows = plan(edition, [studio.uri, chat, Painter()], {}, settings=Settings(seed_probe=told))
            assert tuple(row.before for row in rows) == many
        assert plan(edition, [chat], {}, settings=Settings(budget=Budget(usd=1.0)))[0].before == 1
        asked = ["plan", str(edition.folder), "--model", chat, "--price", f"{chat}=0/0/0.04"]
        done = [CliRunner().invoke(app, [*asked, *more], catch_exceptions=False) for more in ((), ("--no-seed-probe",))]
    assert [one.exit_code for one in done] == [0, 0]
    said, without = (" ".join(one.output.split()) for one in done)
    assert f"pictures of {chat} before the first case, on top: 3, 0.12 US dollars" in said
    assert "(whether it makes any, and whether one seed gives one)" in said
    assert f"pictures of {chat} before the first case, on top: 1, 0.04 US dollars (whether it makes any)" in without
    assert studio.seen == []
