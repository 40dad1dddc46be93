"""The faulty server in a thread of its own, for runs that live in another process or block this one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from servers.faulty_server import FaultyServer


@contextmanager
def in_thread(server: FaultyServer) -> Iterator[FaultyServer]:
    """Serve until the block ends."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    done: asyncio.Future[None] = loop.create_future()

    async def serve() -> None:
        async with server:
            ready.set()
            await done

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(done.set_result, None)
        thread.join(10)
        loop.close()


def yes_or_no(prompt: str) -> str:
    """A decision that depends on the prompt only."""
    from hashlib import blake2b

    return "Yes." if blake2b(prompt.encode(), digest_size=1).digest()[0] % 3 else "No."
