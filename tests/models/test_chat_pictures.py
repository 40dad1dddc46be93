"""Pictures from chats: in a part or beside the words, at once or in a stream; all else is told for what it is."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import Any

import pytest
from aiohttp import web

from pictures import png
from servers.app_server import Application
from trustgen.core import (
    Blocked,
    Drawing,
    Image,
    Level,
    ModelFault,
    ModelOptions,
    NoPicture,
    Permanent,
    Reply,
    Request,
    Sampling,
    Transient,
    picture,
    user,
)
from trustgen.models import chat_format, open_model
from trustgen.testing.server import completion

PATH = "/v1/chat/completions"
PICTURE, OTHER = png("red"), png("blue")
DRAWN = Drawing()


def data(body: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{b64encode(body).decode()}"


def part(url: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def within(*urls: Any, words: str = "Here it is.", **more: Any) -> dict[str, Any]:
    """A completion with pictures among the parts of its content."""
    return completion([{"type": "text", "text": words}, *map(part, urls)], **more)  # type: ignore[arg-type]


def beside(*urls: Any, words: str | None = "Here it is.") -> dict[str, Any]:
    """A completion with pictures beside its content."""
    return completion(words, images=[{"index": n, **part(url)} for n, url in enumerate(urls)])


def streamed(*deltas: dict[str, Any], finish: str | None = "stop") -> str:
    """The same as events."""
    chunks: list[Any] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}] if finish else []
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + ("data: [DONE]\n\n" if finish else "")


def asked(
    app: Application, *, times: int = 1, options: ModelOptions | None = None, **sampling: Any
) -> tuple[Reply, dict[str, bytes], dict[str, str]]:
    """The last reply, the pictures that were kept, and what was left out on the way."""
    kept: dict[str, bytes] = {}
    left: dict[str, str] = {}

    def keep(body: bytes, alt: str) -> Image:
        made = picture(body, alt)
        kept[made.sha256] = body
        return made

    async def main() -> Reply:
        model = open_model(f"openai-api:m@{app.url.removesuffix('/chat/completions')}", options)
        told = Sampling(**{"image": DRAWN, **sampling})
        try:
            for _ in range(times):
                reply = await model.ask(Request((user("A red square."),), told, keep=keep))
        finally:
            await model.close()
        left.update(model.adapted)
        return reply

    return asyncio.run(main()), kept, left


RED = data(PICTURE)
PICTURED: dict[str, Any] = {
    "in a part": within(RED),
    "in a part without words": completion([part(RED)]),  # type: ignore[arg-type]
    "in a part by its URL alone": completion([{"type": "image_url", "image_url": RED}]),  # type: ignore[arg-type]
    "in a part of bytes": completion([{"type": "image", "b64_json": RED.partition(",")[2]}]),  # type: ignore[arg-type]
    "beside": beside(RED),
    "beside nothing": beside(RED, words=None),
    "beside, bare": completion("Here it is.", images=[RED]),
    "in both places": completion([part(RED)], images=[part(RED)]),  # type: ignore[arg-type]
    "at an address": within("/files/a.png?sig=1"),
    "in a stream, beside": streamed({"content": "Here "}, {"content": "it is."}, {"images": [part(RED)]}),
    "in a stream, in a part": streamed({"content": [{"type": "text", "text": "Here it "}]}, {"content": [part(RED)]}),
    "in a stream, words and a part": streamed({"content": "Here it is."}, {"content": [part(RED)]}),
    "in a stream, twice": streamed({"images": [part(RED)]}, {"images": [part(RED)]}),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURED)
def test_a_picture_is_kept_wherever_it_stands(name: str) -> None:
    with Application(lambda _: PICTURED[name], PATH) as app:
        app.files = {"/files/a.png": PICTURE}
        reply, kept, left = asked(app)
    assert [kept[image.sha256] for image in reply.images] == [PICTURE]
    assert (reply.finish, reply.thoughts, left) == ("stop", "", {})
    assert reply.text in ("", "Here it ", "Here it is.")
    assert bool(reply.text) == ("Here" in json.dumps(PICTURED[name]))


def test_a_picture_is_asked_for_in_the_words_of_servers() -> None:
    drawing = Drawing(width=64, height=32, steps=20, guidance=3.0, negative="blue")
    with Application(lambda _: within(RED), PATH) as app:
        asked(app, image=drawing, seed=9, max_tokens=64, extra={"aspect": "1:1"})
        asked(app, seed=None)
    first, second = app.bodies
    assert {name: first[name] for name in first if name not in ("model", "messages", "temperature", "top_p")} == {
        "modalities": ["image", "text"], "size": "64x32", "num_inference_steps": 20, "guidance_scale": 3.0,
        "negative_prompt": "blue", "seed": 9, "aspect": "1:1",
    }  # fmt: skip
    assert set(second) == {"model", "messages", "temperature", "top_p", "modalities"}


def test_of_words_no_picture_is_asked_and_none_is_read() -> None:
    with Application(lambda _: within(RED), PATH) as app:
        reply, kept, _ = asked(app, image=None)
    assert (reply.text, reply.images, kept) == ("Here it is.", (), {})
    assert "modalities" not in app.bodies[0]
    assert app.bodies[0]["max_tokens"] == 256


def _status(status: int, **error: Any) -> web.Response:
    return web.Response(status=status, text=json.dumps({"error": error}), content_type="application/json")


def test_a_server_that_refuses_the_word_is_asked_without_it() -> None:
    def strict(body: dict[str, Any]) -> Any:
        for name in ("modalities", "size"):
            if name in body:
                return _status(400, message=f"Invalid value for '{name}'.", param=f"{name}[0]")
        return within(RED)

    with Application(strict, PATH) as app:
        reply, _, left = asked(app, times=2, image=Drawing(width=64, height=64))
    assert left == {"modalities": "", "size": ""}
    assert len(reply.images) == 1
    assert len(app.seen) == 4


def test_a_word_of_drawings_in_an_error_about_words_is_no_parameter() -> None:
    answer = _status(400, message="The context size must be at most 9.")
    with Application(lambda _: answer, PATH) as app, pytest.raises(Permanent, match="context size"):
        asked(app, image=None)
    assert len(app.seen) == 1


SVG, PAGE = b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>busy</html>"
FAULTS: dict[str, tuple[Any, type[ModelFault], str]] = {
    "another server": (within("http://192.0.2.1/a.png"), NoPicture, "another server (http://192.0.2.1)"),
    "another port": (beside("http://127.0.0.1:9/a.png"), NoPicture, "another server (http://127.0.0.1:9)"),
    "a cloud's metadata": (beside("http://169.254.169.254/latest"), NoPicture, "another server (http://169.254.169.254)"),
    "a file": (within("file:///etc/passwd"), NoPicture, "another server (file)"),
    "no URL": (within("http://[::1"), NoPicture, "malformed"),
    "a redirect": (within("/moved.png"), NoPicture, "redirected to"),
    "a file that is gone": (within("/gone.png"), NoPicture, "the picture is not given: HTTP 404"),
    "a large file": (within("/large.png"), Transient, "longer than 20 MB"),
    "a large picture": (within(data(PICTURE + bytes(21 * 2**20))), NoPicture, "more than 20,971,520 are not kept"),
    "a body without end": (completion("x" * (33 * 2**20)), Transient, "longer than 32 MB"),
    "an SVG": (within(data(SVG, "svg+xml")), NoPicture, "no PNG, JPEG, GIF or WebP"),
    "an SVG in the open": (within(f"data:image/svg+xml;utf8,{SVG.decode()}"), NoPicture, "holds no Base64"),
    "a page": (beside(data(PAGE)), NoPicture, "no PNG, JPEG, GIF or WebP"),
    "no bytes": (within(data(b"")), NoPicture, "0 bytes are no PNG"),
    "a head and no more": (within(data(PICTURE[:20])), NoPicture, "a broken PNG"),
    "no Base64": (within("data:image/png;base64,%%%"), Transient, "as Base64 is none"),
    "half a text of Base64": (within(RED[:-5]), Transient, "as Base64 is none"),
    "an empty place": (within(""), NoPicture, "holds none"),
    "no place": (completion([{"type": "image_url"}], images=None), NoPicture, "holds none"),  # type: ignore[arg-type]
    "an item of nothing": (completion("Done.", images=[{}]), NoPicture, "holds none"),
    "an empty list and no words": (completion("", images=[]), Transient, "neither a picture nor words"),
    "no content": (completion(None), Transient, "neither a picture nor words"),
    "an empty list in a stream": (streamed({"images": []}), Transient, "neither a picture nor words"),
    "half a stream": (streamed({"images": [part(RED)]}, finish=None), Transient, "broke off"),
    "a filter": (completion(None, "content_filter"), Blocked, "filter"),
    "a filter of pictures": (completion("", "IMAGE_SAFETY"), Blocked, "filter"),
    "a filter with a picture": (within(RED, finish="content_filter"), Blocked, "filter"),
    "moderation": (_status(400, message="No.", code="moderation_blocked"), Blocked, "No"),
    "an error in a good answer": ({"error": {"message": "x", "code": "content_filter"}}, Blocked, "x"),
    "broken": (_status(500, message="oops"), Transient, "oops"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_picture_is_told_for_what_it_is(name: str) -> None:
    answer, kind, said = FAULTS[name]
    with Application(lambda _: answer, PATH) as app:
        app.files = {
            "/moved.png": web.Response(status=302, headers={"Location": "http://192.0.2.1/a.png"}),
            "/large.png": b"\x89PNG" + bytes(21 * 2**20),
        }
        with pytest.raises(kind) as error:
            asked(app)
    assert type(error.value) is kind
    assert said in str(error.value)
    assert len(str(error.value)) < 260


def test_words_in_a_pictures_place_stay_words() -> None:
    for answer in (completion("I cannot draw that."), completion("I cannot draw that.", images=[])):
        with Application(lambda _, answer=answer: answer, PATH) as app:  # type: ignore[misc]
            reply, _, _ = asked(app)
        assert (reply.text, reply.images, reply.finish) == ("I cannot draw that.", (), "stop")


def test_of_several_pictures_the_good_ones_are_kept_and_no_more_than_were_asked_for() -> None:
    for answer, count, many, finish in (
        (within(RED, data(OTHER)), 1, 1, "stop"),
        (within(RED, data(OTHER)), 2, 2, "stop"),
        (within(RED, data(PAGE)), 2, 1, "other"),
        (beside(RED, "http://192.0.2.1/a.png"), 2, 1, "other"),
        (PICTURED["in both places"], 2, 1, "other"),
        (PICTURED["in a stream, twice"], 2, 1, "other"),
    ):
        with Application(lambda _, answer=answer: answer, PATH) as app:  # type: ignore[misc]
            reply, _, _ = asked(app, image=Drawing(count=count))
        assert (len(reply.images), reply.finish) == (many, finish)


def test_a_key_goes_to_no_other_server_and_into_no_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-secret-0123456789"
    monkeypatch.setenv("PICTURES_KEY", key)
    with Application(lambda _: within("/a.png", words=f"{key} and a square"), PATH) as app:
        app.files = {"/a.png": PICTURE}
        reply, _, _ = asked(app, options=ModelOptions(api_key_env="PICTURES_KEY"))
        assert "and a square" in reply.text
        app.answer = lambda _: within(f"http://{key}.example/a.png")
        with pytest.raises(NoPicture) as error:
            asked(app, options=ModelOptions(api_key_env="PICTURES_KEY"))
    assert key not in reply.text + str(error.value)


@pytest.mark.parametrize("odd", [None, {}, "x", 7, [7], [None], ["", {"image_url": 7}]])
def test_what_stands_beside_words_spoils_no_words(odd: Any) -> None:
    answer = json.dumps(completion("Paris", images=odd)).encode()
    assert chat_format.reply(answer, Sampling(), 1.0).text == "Paris"


# ── whether it makes any ────────────────────────────────────────────────────────────────────────────────────────────


def learnt(app: Application) -> bool:
    async def main() -> bool:
        model = open_model(f"openai-api:m@{app.url.removesuffix('/chat/completions')}")
        assert Level.IMAGE_OUT in model.maybe - model.levels
        try:
            await model.learn(frozenset({Level.IMAGE_OUT}))
        finally:
            await model.close()
        assert Level.IMAGE_OUT not in model.maybe
        return Level.IMAGE_OUT in model.levels

    return asyncio.run(main())


MAKES: dict[str, tuple[Any, bool]] = {
    "in a part": (within(RED), True),
    "beside": (beside(RED), True),
    "words": (completion("I only write."), False),
    "nothing": (completion(""), False),
    "nowhere": (_status(404, message="no endpoint has these output modalities"), False),
    "a server that breaks": (_status(500, message="image output is not supported"), False),
    # The cases will say what is the matter: a model that is not asked says nothing.
    "a filter": (_status(400, message="No.", code="moderation_blocked"), True),
    "on another server": (within("http://192.0.2.1/a.png"), True),
    "an SVG": (within(data(SVG)), True),
}


@pytest.mark.parametrize("name", MAKES)
def test_whether_a_chat_makes_pictures_is_asked_once(name: str) -> None:
    answer, makes = MAKES[name]
    with Application(lambda _: answer, PATH) as app:
        assert learnt(app) == makes
    assert len(app.seen) == 1
    assert app.bodies[0]["modalities"] == ["image", "text"]
