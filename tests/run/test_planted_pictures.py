"""What chats give in a picture's place, through a run: it ends as a picture, a refusal, a block or an error, aloud."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from aiohttp import web
from toy import settings

from servers.app_server import Application
from trustgen.core import Outcome, keyed
from trustgen.core.registry import load
from trustgen.run import build, evaluate
from trustgen.store import RunFolder
from trustgen.testing.server import completion
from trustgen.vision.drawing import drawn
from trustgen.vision.render import picture_of, png
from trustgen.vision.scene import filled

PATH = "/v1/chat/completions"
NO = "I'm sorry, but I can't help with that."


def scene() -> bytes:
    """A picture of some scene; not of the one that the case asks for."""
    draw = keyed("planted", "scene")
    _, pixels = picture_of(filled(drawn(draw, 3), draw), draw, 64)
    return png(pixels)


def data(body: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{b64encode(body).decode()}"


def part(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def beside(url: str, words: str = "Here it is.") -> dict[str, Any]:
    return completion(words, images=[part(url)])


def within(url: str) -> dict[str, Any]:
    return completion([{"type": "text", "text": "Here it is."}, part(url)])  # type: ignore[arg-type]


def streamed(url: str, *, whole: bool = True) -> str:
    chunks = [{"choices": [{"delta": {"content": "Here "}}]}, {"choices": [{"delta": {"images": [part(url)]}}]}]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + ("data: [DONE]\n\n" if whole else "")


def refused(code: str) -> web.Response:
    error = {"error": {"message": "Not that one.", "code": code}}
    return web.Response(status=400, text=json.dumps(error), content_type="application/json")


PICTURE = scene()
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
PLANTED: dict[str, tuple[Any, Outcome, str]] = {
    "in-a-part": (lambda: within(data(PICTURE)), Outcome.SCORED, ""),
    "beside": (lambda: beside(data(PICTURE)), Outcome.SCORED, ""),
    "in-a-stream": (lambda: streamed(data(PICTURE)), Outcome.SCORED, ""),
    "at-an-address": (lambda: within("/picture.png"), Outcome.SCORED, ""),
    "on-another-host": (lambda: beside("http://192.0.2.1/a.png"), Outcome.ERROR, "lies on another server"),
    "link-local": (lambda: within("http://169.254.169.254/latest"), Outcome.ERROR, "(http://169.254.169.254)"),
    "redirect": (lambda: within("/moved.png"), Outcome.ERROR, "redirected to `http://169.254.169.254/a.png`"),
    "gone": (lambda: within("/gone.png"), Outcome.ERROR, "the picture is not given: HTTP 404"),
    "empty-list": (lambda: completion("", images=[]), Outcome.ERROR, "neither a picture nor words"),
    "empty-list-and-words": (lambda: completion(NO, images=[]), Outcome.REFUSED, ""),
    "words": (lambda: completion(NO), Outcome.REFUSED, ""),
    "words-of-praise": (lambda: completion("A fine scene it is."), Outcome.UNPARSED, "words, and no picture"),
    "half-a-picture": (lambda: beside(data(PICTURE[: len(PICTURE) // 2])), Outcome.ERROR, "a broken PNG"),
    "half-a-stream": (lambda: streamed(data(PICTURE), whole=False), Outcome.ERROR, "broke off"),
    "huge": (lambda: beside(data(PICTURE + bytes(21 * 2**20))), Outcome.ERROR, "are not kept"),
    "an-svg": (lambda: beside(data(SVG, "svg+xml")), Outcome.ERROR, "no PNG, JPEG, GIF or WebP"),
    "a-page": (lambda: within(data(b"<html>busy</html>")), Outcome.ERROR, "no PNG, JPEG, GIF or WebP"),
    "moderated": (lambda: refused("moderation_blocked"), Outcome.BLOCKED, "Not that one."),
    "filtered": (lambda: completion(None, "content_filter"), Outcome.BLOCKED, "content filter"),
    "a-bad-size": (lambda: refused("bad_size"), Outcome.ERROR, "Not that one."),
}  # fmt: skip


def answer(body: dict[str, Any]) -> Any:
    """What is planted under the model's name; whether it makes pictures at all is answered with one."""
    asked = body["messages"][-1]["content"]
    return beside(data(PICTURE)) if asked.startswith("Draw a red square") else PLANTED[body["model"]][0]()


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Outcome, str]]]:
    """How the case of each ended, and why."""
    place = tmp_path_factory.mktemp("planted")
    edition = build([load("task", "t2i.truthfulness.scene_graph")(1)], place / "edition", salt="s")
    with Application(answer, PATH) as app:
        app.files = {
            "/picture.png": PICTURE,
            "/moved.png": web.Response(status=302, headers={"Location": "http://169.254.169.254/a.png"}),
        }
        uris = {f"openai-api:{name}@{app.url.removesuffix('/chat/completions')}": name for name in PLANTED}
        evaluate(edition, list(uris), place / "run", settings=settings(seed_probe=False))
        assert {fetched for fetched in app.fetched if "png" in fetched} == {"/picture.png", "/moved.png", "/gone.png"}
    found: dict[str, list[tuple[Outcome, str]]] = {name: [] for name in PLANTED}
    run = RunFolder.open(place / "run")
    assert run.manifest().not_applicable == ()
    reasons = {response.key: response.reason for response in run.responses()}
    for verdict in run.verdicts():
        reason = f"{verdict.reason} {reasons[verdict.response]}"
        found[uris[verdict.model]].append((verdict.outcome, reason))
    return found


@pytest.mark.parametrize("name", PLANTED)
def test_every_behaviour_ends_as_what_it_is(ended: dict[str, list[tuple[Outcome, str]]], name: str) -> None:
    _, outcome, said = PLANTED[name]
    ((told, reason),) = ended[name]
    assert (told, said in reason) == (outcome, True), reason
