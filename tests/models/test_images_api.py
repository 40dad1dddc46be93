"""`images:MODEL@URL`: pictures come as bytes or from where they lie, and whatever else comes is told for what it is."""

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
    InputError,
    Level,
    ModelFault,
    ModelOptions,
    NoPicture,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Sampling,
    Transient,
    picture,
    system,
    user,
)
from trustgen.models import open_model

PATH = "/v1/images/generations"
PICTURE, OTHER = png("red"), png("blue")
RED = b64encode(PICTURE).decode()
ITEM = {"b64_json": RED}


def asked(
    app: Application, *turns: Any, options: ModelOptions | None = None, **sampling: Any
) -> tuple[Reply, dict[str, bytes], dict[str, str]]:
    """The reply, the pictures that were kept, and what was left out on the way."""
    kept: dict[str, bytes] = {}

    def keep(body: bytes, alt: str) -> Image:
        made = picture(body, alt)
        kept[made.sha256] = body
        return made

    async def main() -> Reply:
        model = open_model(f"images:m@{app.url.removesuffix('/images/generations')}", options)
        try:
            await model.check()
            reply = await model.ask(Request(turns or (user("A red square."),), Sampling(**sampling), keep=keep))
        finally:
            await model.close()
        left.update(model.adapted)
        return reply

    left: dict[str, str] = {}
    return asyncio.run(main()), kept, left


def test_a_prompt_is_sent_as_it_is_and_the_picture_kept() -> None:
    drawing = Drawing(width=64, height=32, steps=20, guidance=3.0, negative="blue", count=2)
    told = {"data": [ITEM, {"b64_json": b64encode(OTHER).decode(), "revised_prompt": "A scarlet square."}]}
    usage = {"input_tokens": 7, "output_tokens": 5}
    with Application(lambda _: told | {"usage": usage}, PATH) as app:
        reply, kept, left = asked(
            app, user('A "red" \\ square\n{{x}}'), image=drawing, seed=9, extra={"quality": "low"}
        )
    assert app.bodies == [
        {
            "model": "m", "prompt": 'A "red" \\ square\n{{x}}', "n": 2, "response_format": "b64_json", "size": "64x32",
            "seed": 9, "num_inference_steps": 20, "guidance_scale": 3.0, "negative_prompt": "blue", "quality": "low",
        }
    ]  # fmt: skip
    assert [kept[image.sha256] for image in reply.images] == [PICTURE, OTHER]
    assert (reply.text, reply.finish, reply.usage.prompt, left) == ("A scarlet square.", "stop", 7, {})


def test_what_is_left_open_is_left_to_the_server() -> None:
    with Application(lambda _: {"data": [ITEM]}, PATH) as app:
        asked(app, seed=None)
    assert app.bodies == [{"model": "m", "prompt": "A red square.", "n": 1, "response_format": "b64_json"}]


def test_what_a_server_refuses_is_left_out_from_then_on() -> None:
    def strict(body: dict[str, Any]) -> Any:
        for name in ("seed", "response_format"):
            if name in body:
                error = {"message": f"Unknown parameter: '{name}'.", "param": name}
                return web.Response(status=400, text=json.dumps({"error": error}), content_type="application/json")
        return {"data": [ITEM]}

    with Application(strict, PATH) as app:
        reply, _, left = asked(app)
    assert left == {"seed": "", "response_format": ""}
    assert len(reply.images) == 1
    assert len(app.seen) == 3


@pytest.mark.parametrize("place", ["/files/a.png?sig=1", "{host}/files/a.png", "a.png"])
def test_a_picture_on_the_same_server_is_fetched(place: str) -> None:
    with Application(path=PATH) as app:
        host = app.url.removesuffix(PATH)
        app.answer = lambda _: {"data": [{"url": place.format(host=host)}]}
        app.files = {"/files/a.png": PICTURE, "/v1/images/a.png": PICTURE}
        reply, kept, _ = asked(app)
    assert [kept[image.sha256] for image in reply.images] == [PICTURE]


def test_a_data_url_is_a_picture() -> None:
    for item in ({"url": f"data:image/png;base64,{RED}"}, {"b64_json": f"data:image/png;base64,{RED}"}):
        with Application(lambda _, item=item: {"data": [item]}, PATH) as app:  # type: ignore[misc]
            reply, kept, _ = asked(app)
        assert [kept[image.sha256] for image in reply.images] == [PICTURE]


def _status(status: int, **error: Any) -> web.Response:
    return web.Response(status=status, text=json.dumps({"error": error}), content_type="application/json")


def _text(text: str) -> str:
    return b64encode(text.encode()).decode()


CUT = {"b64_json": RED, "finish_reason": "CONTENT_FILTERED"}
JUDGED = {"b64_json": None, "content_filter_results": {"hate": {"filtered": True}}}
FAULTS: dict[str, tuple[Any, type[ModelFault], str]] = {
    "moderation": (_status(400, message="Blocked.", code="moderation_blocked"), Blocked, "Blocked"),
    "policy": (_status(400, message="No.", code="content_policy_violation"), Blocked, "No"),
    "a size there is not": (_status(400, message="bad size"), Permanent, "bad size"),
    "too many": (_status(429, message="slow down"), RateLimited, "slow down"),
    "broken": (_status(500, message="oops"), Transient, "oops"),
    "an error in a good answer": ({"error": {"message": "x", "code": "content_filter"}}, Blocked, "x"),
    "a filter's finish": ({"data": [CUT]}, Blocked, "left no picture"),
    "a filter's verdict": ({"data": [JUDGED]}, Blocked, "left no picture"),
    "an error for one": ({"data": [{"error": {"code": "moderation_blocked"}}]}, Blocked, "left no picture"),
    "no data": ({"created": 1}, Transient, "no `data`"),
    "nothing in it": ({"data": []}, Transient, "no picture"),
    "null": ({"data": [{"b64_json": None}]}, Transient, "no picture"),
    "no Base64": ({"data": [{"b64_json": "%%%"}]}, Transient, "as Base64 is none"),
    "a page": ({"data": [{"b64_json": _text("<html>no</html>")}]}, NoPicture, "no PNG, JPEG, GIF or WebP"),
    "a drawing in XML": ({"data": [{"b64_json": _text("<svg/>")}]}, NoPicture, "no PNG, JPEG, GIF or WebP"),
    "another server": ({"data": [{"url": "http://192.0.2.1/a.png"}]}, NoPicture, "another server (http://192.0.2.1)"),
    "a cloud's metadata": ({"data": [{"url": "http://169.254.169.254/latest"}]}, NoPicture, "another server"),
    "a file": ({"data": [{"url": "file:///etc/passwd"}]}, NoPicture, "another server"),
    "a file that is gone": ({"data": [{"url": "/gone.png"}]}, NoPicture, "HTTP 404"),
    "a redirect": ({"data": [{"url": "/moved.png"}]}, NoPicture, "redirected"),
    "too large": ({"data": [{"url": "/large.png"}]}, Transient, "longer than 20 MB"),
    "a text": ("sorry", Transient, "not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_picture_is_told_for_what_it_is(name: str) -> None:
    answer, kind, said = FAULTS[name]
    with Application(path=PATH) as app:
        app.answer = lambda _: answer
        app.files = {
            "/moved.png": web.Response(status=302, headers={"Location": "http://192.0.2.1/a.png"}),
            "/large.png": b"\x89PNG" + bytes(21 * 2**20),
        }
        with pytest.raises(kind) as error:
            asked(app)
    assert type(error.value) is kind
    assert said in str(error.value)


def test_of_several_pictures_the_good_ones_are_kept_and_the_reply_says_that_some_lack() -> None:
    for items, finish in (
        ([ITEM, {"b64_json": RED, "finish_reason": "CONTENT_FILTERED"}], "filtered"),
        ([ITEM], "other"),
        ([ITEM, {"b64_json": _text("<html>")}], "other"),
        ([ITEM, ITEM, ITEM], "stop"),
    ):
        with Application(lambda _, items=items: {"data": items}, PATH) as app:  # type: ignore[misc]
            reply, _, _ = asked(app, image=Drawing(count=2))
        assert (len(reply.images), reply.finish) == (2 if finish == "stop" else 1, finish)


def test_a_key_is_sent_to_the_server_alone_and_struck_out_of_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICTURES_KEY", "sk-secret-0123456789")
    told = {"data": [{"url": "/a.png", "revised_prompt": "sk-secret-0123456789 and a square"}]}
    with Application(lambda _: told, PATH) as app:
        app.files = {"/a.png": PICTURE}
        reply, _, _ = asked(app, options=ModelOptions(api_key_env="PICTURES_KEY"))
        assert app.headers[0]["authorization"] == "Bearer sk-secret-0123456789"
    assert "sk-secret" not in reply.text
    assert "a square" in reply.text


def test_it_takes_one_message_of_words() -> None:
    model = open_model("images:m@http://127.0.0.1:9/v1/images/generations")
    assert model.uri == "images:m@http://127.0.0.1:9/v1"
    assert model.levels == {Level.IMAGE_OUT}
    assert model.without == {Level.TURNS, Level.SYSTEM}
    with Application(lambda _: {"data": [ITEM]}, PATH) as app:
        for turns in ((system("Be kind."), user("A square.")), (user("Like this.", Image("0" * 64)),)):
            with pytest.raises(Permanent, match="one message of words"):
                asked(app, *turns)
    with pytest.raises(InputError, match="cannot reach"):
        asyncio.run(model.check())
    with pytest.raises(InputError, match="write `images:MODEL@http"):
        open_model("images:m")
