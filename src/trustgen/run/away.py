"""Work that waits for models, from wherever it is called: with an event loop running, as in a notebook, or without.

A loop that runs cannot be waited for from within, so there the work gets a thread and a loop of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]


class Away(Generic[T]):
    """Work under way in a thread of its own. To interrupt whoever waits for it, or to cancel it, ends it."""

    def __init__(self, work: Work[T]) -> None:
        self._done: Future[T] = Future()
        self._begun = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        threading.Thread(target=self._run, args=(work,), name="trustgen", daemon=True).start()

    def _run(self, work: Work[T]) -> None:
        try:
            self._done.set_result(asyncio.run(self._told(work)))
        except BaseException as error:
            self._done.set_exception(error)
        finally:
            self._begun.set()

    async def _told(self, work: Work[T]) -> T:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._begun.set()
        return await work()

    def _end(self) -> None:
        """End the work, and wait until it has put away what it holds."""
        self._begun.wait()
        if self._loop and self._task and not self._done.done():
            self._loop.call_soon_threadsafe(self._task.cancel)
        wait([self._done])

    def result(self) -> T:
        """What comes of it; waits."""
        try:
            return self._done.result()
        except KeyboardInterrupt:
            self._end()
            raise

    async def awaited(self) -> T:
        """What comes of it; the loop of whoever waits goes on."""
        waiting = asyncio.wrap_future(self._done)
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())  # seen, whoever still waits
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            await asyncio.to_thread(self._end)
            raise


def finished(work: Work[T]) -> T:
    """What comes of the work, wherever this is called."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    return Away(work).result()
