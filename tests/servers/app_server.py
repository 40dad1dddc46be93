"""An application as people build one around a model: a service of its own shape, in a thread of its own.

    with Application(lambda body: {"answer": "Paris"}) as app:
        model = open_model(f"http:{app.described(folder)}")

`seen` holds the bodies that came, as bytes, `headers` theirs. What the answer gives is sent as JSON, a text as text.
`path` is where it is asked, `files` what else it has to give, by its path; `fetched` are those that were.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from aiohttp import web

BODY = {"question": "{{prompt}}"}


class Application:
    """The service; `url` is where it is asked while it runs."""

    def __init__(
        self, answer: Callable[[dict[str, Any]], Any] = lambda _: {"answer": "Paris"}, path: str = "/ask"
    ) -> None:
        self.answer, self.path = answer, path
        self.files: dict[str, bytes | web.Response] = {}
        self.fetched: list[str] = []
        self.seen: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []

    def __enter__(self) -> Self:
        ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()

        async def serve() -> None:
            app = web.Application(client_max_size=1 << 28)
            app.router.add_post(self.path, self._asked)
            app.router.add_get("/{file:.*}", self._given)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            assert site._server is not None
            self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}{self.path}"  # type: ignore[attr-defined]
            ready.set()
            await self._done
            await runner.cleanup()

        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(serve(),), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set_result, None)
        self._thread.join(10)
        self._loop.close()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What came, read."""
        return [json.loads(body) for body in self.seen]

    def described(self, folder: Path, *, name: str = "app.toml", body: Any = None, **fields: Any) -> Path:
        """A file in a folder that describes it; its `body` and further fields as given."""
        told = {"url": self.url, "reply": "answer"} | fields | {"body": BODY if body is None else body}
        path = folder / name
        path.write_text("".join(f"{field} = {_toml(value)}\n" for field, value in told.items()), "utf-8")
        return path

    async def _asked(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append(body)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        said = self.answer(json.loads(body))
        if isinstance(said, web.Response):
            return said
        return web.Response(text=said) if isinstance(said, str) else web.json_response(said)

    async def _given(self, request: web.Request) -> web.StreamResponse:
        self.fetched.append(request.path)
        found = self.files.get(request.path)
        if found is None:
            return web.Response(status=404)
        return found if isinstance(found, web.Response) else web.Response(body=found)


def _toml(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(inner)}" for name, inner in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)
