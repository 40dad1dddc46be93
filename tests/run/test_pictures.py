"""Pictures through a whole run: made by builders and models, judged by who sees them, kept through a kill."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from toy import Scripted, settings
from toy_pictures import Painter, look, paint

from pictures import COLOURS, Eyes, colour_of, looking, png
from trustgen.core import (
    BARE,
    FolderError,
    Image,
    InputError,
    Kit,
    Level,
    LevelError,
    Model,
    RateLimited,
    Reply,
    Request,
    Sampling,
    Unusable,
    named,
    user,
)
from trustgen.models import open_model
from trustgen.report import verify_run
from trustgen.run import Budget, Price, build, evaluate, rejudge
from trustgen.run.roles import Staff, recorded
from trustgen.store import Edition, Generated, RunFolder

N = 9
WHITE = {1, 4}


@pytest.fixture
def wanted(tmp_path: Path) -> Edition:
    """An edition of squares to paint."""
    return build([paint(N, named({"judge": "somebody"}))], tmp_path / "wanted", salt="s")


def painted(edition: Edition, out: Path, eyes: Eyes, **kinds: object) -> tuple[Painter, object]:
    model = Painter(WHITE, **kinds)  # type: ignore[arg-type]
    roles = {"judge": f"openai-api:eyes@{eyes.url}"}
    return model, evaluate(edition, [model], out, settings=settings(), roles=roles)


def test_a_judge_on_a_server_sees_the_pictures_of_a_run(wanted: Edition, tmp_path: Path) -> None:
    with looking(Eyes()) as eyes:
        model, result = painted(wanted, tmp_path / "run", eyes)
        (found,) = result.estimates  # type: ignore[attr-defined]
        assert found.value == pytest.approx((N - len(WHITE)) / N), "its eyes find the white ones, and only those"
        assert found.counted == N
        judged = eyes.seen[1:]  # the first call asks whether it sees
        assert eyes.seen[0] == ("red",)
        assert len(judged) == N
        assert sorted(set(judged)) == [("blue",), ("green",), ("red",), ("white",)]
        run = RunFolder.open(tmp_path / "run")
        pictures = [r.images[0] for r in run.responses()]
        assert {(p.width, p.height, p.media_type) for p in pictures} == {(32, 32, "image/png")}
        assert {colour_of(run.assets().asset(p.sha256)) for p in pictures} == set(COLOURS)
        assert run.manifest().spent[model.uri].images == N
        assert {r.sampling.seed for r in model.asked} == set(range(N)), "every case was asked with its own sampling"

        before = len(eyes.seen)
        assert rejudge(tmp_path / "run", {"judge": f"openai-api:eyes@{eyes.url}"}).estimates == result.estimates  # type: ignore[attr-defined]
        assert eyes.seen[before:] == [("red",)], "what it said of these very pictures is remembered"
    assert verify_run(tmp_path / "run").ok


@pytest.mark.parametrize("status", [400, 500])
def test_a_judge_that_is_blind_is_refused_before_anything_is_asked(
    wanted: Edition, tmp_path: Path, status: int
) -> None:
    with looking(Eyes(blind=status)) as eyes:
        model = Painter()
        with pytest.raises(InputError, match=r"reads no pictures, and is to judge some: bind another --role judge=URI"):
            evaluate(
                wanted, [model], tmp_path / "run", settings=settings(), roles={"judge": f"openai-api:eyes@{eyes.url}"}
            )
        assert not model.asked


class Silent(Model):
    """Neither takes pictures nor says that it does not."""

    uri, maybe = "scripted/silent", frozenset({Level.IMAGE_IN})

    async def ask(self, request: Request) -> Reply:
        from trustgen.core import Transient

        raise Transient("HTTP 502: bad gateway")


def test_who_sees_is_asked_once_and_no_answer_is_no_guess(tmp_path: Path) -> None:
    edition = build([look(4)], tmp_path / "e", salt="s")
    assert edition.manifest.tasks[0].needs == {Level.GENERATE, Level.IMAGE_IN}, "a case shows one: whatever was said"
    with pytest.raises(InputError, match=r"gave no answer \(HTTP 502"):
        evaluate(edition, [Silent()], tmp_path / "run", settings=settings())
    with looking(Eyes()) as eyes:
        result = evaluate(edition, [f"openai-api:m@{eyes.url}"], tmp_path / "seen", settings=settings())
        assert result.estimates[0].value == 1.0
        assert len(eyes.seen) == 1 + 4
    with looking(Eyes(blind=400)) as eyes:
        seeing = open_model("organism/perfect")
        blind = f"openai-api:m@{eyes.url}"
        result = evaluate(edition, [blind, seeing], tmp_path / "blind", settings=settings())
        assert [(n.model, n.level) for n in result.manifest.not_applicable] == [(blind, "image_in")]
        assert eyes.statuses[400] == 1
        assert [e.model for e in result.estimates] == [seeing.uri]


class Limited(Model):
    """Says twice that it has no time, and then answers."""

    uri, maybe = "scripted/limited", frozenset({Level.IMAGE_IN})
    calls = 0

    async def ask(self, request: Request) -> Reply:
        self.calls += 1
        if self.calls < 3:
            raise RateLimited("HTTP 429", retry_after=0.01)
        return Reply("red")


def test_a_limit_is_waited_for_before_anybody_is_taken_for_blind() -> None:
    model = Limited()
    asyncio.run(model.learn(frozenset({Level.IMAGE_IN})))
    assert (model.calls, Level.IMAGE_IN in model.levels, model.maybe) == (3, True, frozenset())


def test_a_text_model_is_not_asked_about_pictures(tmp_path: Path) -> None:
    edition = build([look(4)], tmp_path / "e", salt="s")
    model = Scripted()
    with pytest.raises(LevelError, match="need the level image_in"):
        evaluate(edition, [model], tmp_path / "run", settings=settings())
    assert not model.requests


def test_what_a_builder_draws_is_in_the_edition_byte_for_byte(tmp_path: Path) -> None:
    first, again = (build([look(6, kit)], tmp_path / f"e{i}", salt="s") for i, kit in enumerate((BARE, Kit())))
    assert first.manifest == again.manifest
    shown = [image for case in first.cases() for image in case.images]
    assert len(shown) == 6
    for image in shown:
        assert f"a {colour_of(first.asset(image.sha256))} square" == image.alt
        assert image.width == image.height >= 16
    assert Edition.open(tmp_path / "e0").content_id() == first.manifest.id


def test_a_flipped_or_lost_picture_is_named(wanted: Edition, tmp_path: Path) -> None:
    with looking(Eyes()) as eyes:
        painted(wanted, tmp_path / "run", eyes)
    names = sorted(p.name for p in (tmp_path / "run" / "assets").iterdir())
    path = tmp_path / "run" / "assets" / names[0]
    body = bytearray(path.read_bytes())
    body[-20] ^= 1
    path.write_bytes(body)
    (tmp_path / "run" / "assets" / names[1]).unlink()
    (tmp_path / "run" / "assets" / names[2]).write_bytes(png("red")[:20])
    assert set(verify_run(tmp_path / "run").faults) == {
        f"a picture that a model gave was changed: {names[0]}",
        f"a picture that a model gave is missing: {names[1]}",
        f"a picture that a model gave was changed: {names[2]}",
    }
    for name in names[:3]:
        with pytest.raises(FolderError):
            RunFolder.open(tmp_path / "run").assets().asset(name)


KILLED = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from conftest import *
import toy, toy_pictures
from trustgen.core import registry
real = registry.load
registry.load = lambda kind, name: toy_pictures.FACTORIES[name] if kind == "task" else real(kind, name)
from trustgen.run import evaluate
from trustgen.store import Edition
place = Path({place!r})
model = toy_pictures.Painter(dies=5, log=place / "asked")
evaluate(Edition.open(place / "wanted"), [model], place / "run", settings=toy.settings(concurrency=1),
         roles={{"judge": {judge!r}}})
"""


def test_a_kill_between_a_picture_and_its_row_loses_nothing(wanted: Edition, tmp_path: Path) -> None:
    here = Path(__file__).parent
    with looking(Eyes()) as eyes:
        judge = f"openai-api:eyes@{eyes.url}"
        script = KILLED.format(paths=[str(here), str(here.parent)], place=str(tmp_path), judge=judge)
        assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
        before = (tmp_path / "asked").read_text().split()
        kept = {p.name for p in (tmp_path / "run" / "assets").iterdir()}
        (tmp_path / "run" / "assets" / f".{'0' * 64}.ab12").write_bytes(b"half")  # a kill within a write
        extra = RunFolder(tmp_path / "run").blobs.put(b"a picture that no row came to name")
        model = Painter(log=tmp_path / "asked")
        result = evaluate(wanted, [model], tmp_path / "run", settings=settings(), roles={"judge": judge})
    assert result.estimates[0].value == 1.0
    asked = (tmp_path / "asked").read_text().split()
    assert sorted(set(asked), key=int) == [str(i) for i in range(N)]
    assert [n for n in set(asked) if asked.count(n) > 1] == ["5"], "only what was in flight is bought twice"
    assert before[-1] == "5"
    left = {p.name for p in (tmp_path / "run" / "assets").iterdir()}
    assert left == {r.images[0].sha256 for r in RunFolder.open(tmp_path / "run").responses()}
    assert extra not in left
    assert kept <= left
    assert verify_run(tmp_path / "run").ok


def test_pictures_are_paid_for(wanted: Edition, tmp_path: Path) -> None:
    price = Price.parse("1/2/0.04")
    assert (price.image, str(price)) == (0.04, "1/2 US dollars per million tokens in/out, 0.04 a picture")
    assert Price.parse("1/2") == Price(1.0, 2.0)
    for text in ("1", "1/2/3/4", "1/2/-1", "1/2/inf", "1//2"):
        with pytest.raises(InputError):
            Price.parse(text)
    with looking(Eyes()) as eyes:
        model = Painter()
        judge = f"openai-api:eyes@{eyes.url}"
        capped = settings(budget=Budget(usd=0.13), prices={model.uri: price, judge: Price(0.0, 0.0)}, concurrency=1)
        result = evaluate(wanted, [model], tmp_path / "run", settings=capped, roles={"judge": judge})
    assert result.manifest.status == "stopped"
    assert len(model.asked) == 4, "the fourth picture takes it over thirteen cents"


class Junk(Model):
    """Gives bytes that are no picture."""

    uri, levels = "scripted/junk", frozenset({Level.IMAGE_OUT})

    async def ask(self, request: Request) -> Reply:
        return Reply("", images=(request.keep(b"<html>busy</html>", ""),))


def test_bytes_that_are_no_picture_are_an_error_of_one_case(wanted: Edition, tmp_path: Path) -> None:
    with looking(Eyes()) as eyes:
        result = evaluate(
            wanted, [Junk()], tmp_path / "run", settings=settings(), roles={"judge": f"openai-api:eyes@{eyes.url}"}
        )
    assert result.estimates[0].outcomes["error"] == 3, "it is given up after its probes"
    response = next(RunFolder.open(tmp_path / "run").responses())
    assert response.reason == "17 bytes are no PNG, JPEG, GIF or WebP: they cannot be used as a picture"


def test_what_a_role_painted_is_remembered_with_what_it_said(tmp_path: Path) -> None:
    model, turn = Painter(), user("Paint 1 green.")
    for _ in range(2):  # the second finds both in the cache of a build that was killed
        with Staff({"writer": model}, Generated(tmp_path / "g.db")) as staff:
            image = staff.kit.need("writer").ask(turn).images[0]
            assert colour_of(staff.kit.asset(image.sha256)) == "green"
            staff.cache.export(tmp_path / "generated.parquet")
    assert len(model.asked) == 1
    closed = Generated(tmp_path / "again.db", closed=True)
    closed.fill(tmp_path / "generated.parquet")
    kit = recorded({"writer": model.uri}, closed)
    assert kit.need("writer").ask(turn).images == (image,)
    assert kit.asset(image.sha256) == png("green")


def test_a_request_without_a_place_keeps_nothing() -> None:
    request = Request((user("x"),), Sampling())
    with pytest.raises(InputError, match="cannot be kept"):
        request.keep(png("red"), "")
    with pytest.raises(InputError, match="is not here"):
        request.asset("0" * 64)
    with pytest.raises(Unusable):
        Kit().keep(b"")
    kit = Kit()
    assert kit.asset(kit.keep(png("blue")).sha256) == png("blue")
    assert isinstance(kit.keep(png("blue")), Image)
